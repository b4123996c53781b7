/**
 * The driver interface of the GPU backend: {@link org.unmute.kernels.device.Device}, a small interface that OpenCL and
 * CUDA implement. The kernel sources ({@code .cl}, one file per family) lie next to the classes, in the common subset
 * of OpenCL C 1.2 and CUDA C++.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.kernels.device;

import org.jspecify.annotations.NullMarked;
