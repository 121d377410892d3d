// What is typed into the console, by whichever client.
module.exports = [
    '1 + 1',
    'const square = n => n * n',
    '[1, 2, 3, 4].map(square)',
    'undefinedName + 1',
    'globalThis.counter = 0',
    '++counter',
    '++counter',
    '({ name: "Ærøskøbing", tags: ["ø", "✓", "🎉"], at: new Date(0) })',
    'JSON.parse("{broken")',
    'function (',
    'throw new RangeError("on purpose \\u001b[31mred\\u001b[0m")',
    'Array.from({ length: 40 }, (_, i) => ({ i, square: square(i) }))',
    'while (true) {}',
    '"line of a log, number 000\\n".repeat(3000)',
    'typeof require',
    'process.version',
];
