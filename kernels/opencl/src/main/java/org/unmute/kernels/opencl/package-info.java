/** OpenCL devices for {@link org.unmute.kernels.device.DeviceBackend}, through JOCL. */
package org.unmute.kernels.opencl;
