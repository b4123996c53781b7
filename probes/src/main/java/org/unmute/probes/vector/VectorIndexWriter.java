package org.unmute.probes.vector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;

/** Writes a {@link VectorIndex}: whole or not at all, in memory bounded by a clip. */
public final class VectorIndexWriter {
    private final FileChannel out;
    private final int dim;
    private final ByteBuffer block;
    private final ByteBuffer sums;

    private VectorIndexWriter(FileChannel out, VectorIndexHead head) {
        this.out = out;
        dim = head.dim();
        block = ByteBuffer.allocate(Math.multiplyExact(VectorIndex.BLOCK, 2 * dim))
                .order(ByteOrder.LITTLE_ENDIAN);
        sums = ByteBuffer.allocate(Math.toIntExact(4 * Math.ceilDiv(head.count(), VectorIndex.BLOCK)))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Supplies the vectors of a clip. */
    @FunctionalInterface
    public interface Source {
        /** @return {@code [vectors of the clip][dim]}, of unit length */
        float[][] of(VectorIndexHead.Clip clip) throws IOException;
    }

    /**
     * Writes the mean tokens of the stretches of a cache.
     *
     * @param done called with the number of clips so far
     * @throws IOException if tokens cannot be read, or the file cannot be written
     */
    public static void write(Path file, TokenCache cache, RowTimes times, double seconds, IntConsumer done)
            throws IOException {
        VectorIndexHead head = VectorIndexHead.of(cache, times, seconds);
        int[] count = {0};
        write(file, head, clip -> {
            float[][] vectors = pooled(cache.read(clip.id()), RowStretches.borders(times, clip.rows(), seconds));
            done.accept(++count[0]);
            return vectors;
        });
    }

    /**
     * Writes vectors.
     *
     * @throws IOException if the source fails, or the file cannot be written
     */
    public static void write(Path file, VectorIndexHead head, Source source) throws IOException {
        AtomicFile.write(file, channel -> {
            byte[] encoded = head.encode();
            ByteBuffer start = ByteBuffer.allocate(VectorIndex.MAGIC.length + 8 + encoded.length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            start.put(VectorIndex.MAGIC).putInt(encoded.length).put(encoded);
            start.putInt(VectorIndex.checksum(ByteBuffer.wrap(encoded)));
            LittleEndian.writeFully(channel, start.flip());
            VectorIndexWriter writer = new VectorIndexWriter(channel, head);
            for (VectorIndexHead.Clip clip : head.clips()) {
                for (float[] vector : source.of(clip)) {
                    writer.add(vector);
                }
            }
            writer.finish();
        });
    }

    private void add(float[] vector) throws IOException {
        if (vector.length != dim) {
            throw new IllegalArgumentException(
                    "vectors: one has " + vector.length + " entries, the index " + dim + " for each");
        }
        for (float value : vector) {
            block.putShort(Float.floatToFloat16(value));
        }
        if (!block.hasRemaining()) {
            flush();
        }
    }

    private void flush() throws IOException {
        block.flip();
        sums.putInt(VectorIndex.checksum(block.duplicate()));
        LittleEndian.writeFully(out, block);
        block.clear();
    }

    private void finish() throws IOException {
        if (block.position() > 0) {
            flush();
        }
        LittleEndian.writeFully(out, sums.flip());
    }

    /**
     * The mean tokens of stretches, of unit length.
     *
     * @param borders as {@link RowStretches#borders} gives them
     * @return {@code [stretches][dim]}; zeros where the mean is zero
     */
    public static float[][] pooled(TokenMap map, int[] borders) {
        float[][] all = new float[borders.length - 1][];
        int row = map.freq() * map.dim();
        for (int i = 0; i < all.length; i++) {
            double[] sum = new double[map.dim()];
            for (int at = borders[i] * row; at < borders[i + 1] * row; at += map.dim()) {
                for (int d = 0; d < sum.length; d++) {
                    sum[d] += map.tokens()[at + d];
                }
            }
            all[i] = unit(sum);
        }
        return all;
    }

    /** A vector of the same direction and length 1; zeros stay zeros. */
    public static float[] unit(double[] vector) {
        double squares = 0;
        for (double v : vector) {
            squares += v * v;
        }
        double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
        float[] unit = new float[vector.length];
        for (int d = 0; d < unit.length; d++) {
            unit[d] = (float) (vector[d] * scale);
        }
        return unit;
    }
}
