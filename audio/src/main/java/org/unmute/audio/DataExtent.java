package org.unmute.audio;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The actual number of bytes of samples in a file whose header may be wrong. A recorder that lost power leaves a length
 * of 0, an earlier length, or the planned length; a program that writes to a pipe leaves the largest possible length.
 */
record DataExtent(long bytes, List<String> warnings) {
    private static final int ID3V1_BYTES = 128;

    /**
     * Compares the length that a header states with the source.
     *
     * @param start position of the first sample
     * @param stated length in bytes stated by the header; -1 if it is marked as unknown
     * @param chunks reads the chunks that may follow the samples; null if none may
     * @param rate bytes per second, for messages
     */
    static DataExtent resolve(AudioSource source, long start, long stated, @Nullable Chunks chunks, double rate)
            throws IOException {
        if (source.size() < 0) {
            // A source of unknown size is read to its end if the header states no length; otherwise the header is
            // trusted.
            return new DataExtent(stated <= 0 ? -1 : stated, List.of());
        }
        long there = Math.max(0, source.size() - start);
        if (stated < 0 || stated == there) {
            return new DataExtent(there, List.of());
        }
        if (stated > there) {
            return new DataExtent(there, List.of(PcmStream.cutShort(stated / rate, there / rate)));
        }
        if (followed(source, start + stated, start, stated, chunks)) {
            return new DataExtent(stated, List.of());
        }
        return new DataExtent(
                there,
                List.of(String.format(
                        Locale.ROOT,
                        "the header states %.3f s, but the samples go on to the end of the file: %.3f s are read",
                        stated / rate,
                        there / rate)));
    }

    private static boolean followed(AudioSource source, long end, long start, long stated, @Nullable Chunks chunks)
            throws IOException {
        if (source.size() - end == ID3V1_BYTES) {
            source.seek(end);
            byte[] tag = source.peek(3);
            if (tag[0] == 'T' && tag[1] == 'A' && tag[2] == 'G') {
                return true;
            }
        }
        // Some programs do not pad chunks, so try both positions.
        return chunks != null && (chunks.chainFrom(chunks.after(start, stated)) || chunks.chainFrom(end));
    }
}
