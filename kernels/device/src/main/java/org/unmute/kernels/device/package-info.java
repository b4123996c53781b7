/**
 * What a backend for GPUs needs from a driver: {@link org.unmute.kernels.device.Device}, the small interface that
 * OpenCL and CUDA implement. The kernel sources ({@code .cl}, one file per family) lie next to the classes, in the
 * common subset of OpenCL C 1.2 and CUDA C++.
 */
package org.unmute.kernels.device;
