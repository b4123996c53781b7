/**
 * Register tiles and the packed operands they read. {@link org.unmute.kernels.vector.tile.Tile} multiplies a tile of
 * {@link org.unmute.kernels.vector.tile.PackedRows} with a panel of a {@link
 * org.unmute.kernels.vector.tile.PackedMatrix}.
 *
 * <p>It is a separate package below the families, because gemm, attention and prototype all build on it.
 */
package org.unmute.kernels.vector.tile;
