/**
 * Coverage-guided fuzzing of every reader of untrusted bytes. {@link org.unmute.fuzz.ReadersFuzz} is what the engine,
 * Jazzer, runs; {@link org.unmute.fuzz.Bounds} defines what a reader may do.
 */
package org.unmute.fuzz;
