/*
 * ONNX Runtime reports how it is used to its makers, by network, unless this variable is set when its first session is made.
 * On Windows it reports nothing itself; what it tells the system's tracing has no switch that Node could reach.
 * Nothing leaves the machine unless the user asks for it: every file that imports the runtime imports this one.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
