/**
 * NVIDIA devices for {@link org.unmute.kernels.device.backend.DeviceBackend}, through the driver API and JCuda. The PTX
 * next to the classes is built from the kernels of {@code kernels/device} by {@code build-ptx}; users do not need the
 * toolkit.
 */
package org.unmute.kernels.cuda;
