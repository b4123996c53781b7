/**
 * {@link org.unmute.kernels.device.backend.DeviceBackend}: the operations of a backend as launches on a {@link
 * org.unmute.kernels.device.Device}. One interface per family of kernels builds arguments and launch plans.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.kernels.device.backend;

import org.jspecify.annotations.NullMarked;
