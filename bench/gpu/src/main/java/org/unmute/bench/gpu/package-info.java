/**
 * The GPU check: contract suite, reference numbers and timings on one device, written as Markdown; {@code
 * bench/gpu-check} starts it.
 */
package org.unmute.bench.gpu;
