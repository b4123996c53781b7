package org.unmute.audio;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * How many bytes of samples a file really has, where its header may be wrong: a recorder that lost power leaves a
 * length of 0, of an earlier moment, or of what it was going to record; a program that writes into a pipe leaves the
 * largest.
 */
record DataExtent(long bytes, List<String> warnings) {
    private static final int ID3V1_BYTES = 128;

    /**
     * Compares what a header states with the source.
     *
     * @param start   position of the first sample
     * @param stated  bytes; -1 if the header says that it does not know
     * @param chunks  what may follow the samples; null if nothing may
     * @param rate    bytes a second, for messages
     */
    static DataExtent resolve(AudioSource source, long start, long stated, Chunks chunks, double rate)
            throws IOException {
        if (source.size() < 0) {
            // What cannot go back is read to its end if the header knows nothing; else the header is believed.
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

    private static boolean followed(AudioSource source, long end, long start, long stated, Chunks chunks)
            throws IOException {
        if (source.size() - end == ID3V1_BYTES) {
            source.seek(end);
            byte[] tag = source.peek(3);
            if (tag[0] == 'T' && tag[1] == 'A' && tag[2] == 'G') {
                return true;
            }
        }
        // Some programs do not pad chunks.
        return chunks != null && (chunks.chainFrom(chunks.after(start, stated)) || chunks.chainFrom(end));
    }
}
