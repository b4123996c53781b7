/**
 * Arithmetic on a device: {@link org.unmute.kernels.device.DeviceBackend} launches kernels through the small seam
 * {@link org.unmute.kernels.device.Device}. The kernels lie beside the classes as {@code .cl} files, one a family, in
 * the common subset of OpenCL C 1.2 and CUDA C++.
 */
package org.unmute.kernels.device;
