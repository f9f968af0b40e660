// In place of a native module that ends the extension host when its parent has gone; the tests end it themselves.
exports.start = () => {};
exports.exit = (code) => process.exit(code ?? 0);
