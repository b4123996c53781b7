/** OpenCL devices for {@link org.unmute.kernels.device.backend.DeviceBackend}, through JOCL. */
package org.unmute.kernels.opencl;
