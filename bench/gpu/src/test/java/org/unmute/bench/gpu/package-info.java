/**
 * The GPU check: tests of one device, each step in a process of its own; {@code bench/gpu-check} starts it, in a
 * checkout or on another machine.
 */
package org.unmute.bench.gpu;
