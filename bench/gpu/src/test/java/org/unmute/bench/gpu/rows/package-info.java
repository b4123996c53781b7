/** The rows of the GPU check: work on random numbers that a device, the CPU and PyTorch do alike. */
package org.unmute.bench.gpu.rows;
