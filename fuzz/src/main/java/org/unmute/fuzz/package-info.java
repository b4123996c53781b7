/**
 * Coverage-guided fuzzing of every reader of untrusted bytes. {@link org.unmute.fuzz.Campaign} runs the engine, Jazzer,
 * in one process per target and keeps corpus, progress and findings in a folder; {@link org.unmute.fuzz.Bounds} defines
 * what a reader may do.
 */
package org.unmute.fuzz;
