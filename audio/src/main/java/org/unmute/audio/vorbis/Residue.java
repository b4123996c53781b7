package org.unmute.audio.vorbis;

import org.unmute.audio.vorbis.PacketBits.EndOfPacket;

/** The fine structure of the spectrum, as vectors from codebooks in up to eight passes (Vorbis I, section 8). */
final class Residue {
    private static final int PASSES = 8;
    /** Maximum number of partitions whose classes are coded in one word; encoders use up to 8. */
    private static final int MAX_PER_WORD = 64;

    private final int type;
    private final long begin;
    private final long end;
    private final int partition;
    private final int classes;
    private final Codebook classBook;
    /** {@code [classes][passes]}; null where a class has no book in a pass. */
    private final Codebook[][] books;

    /** Workspace for the classes of partitions, shared by all residues of a stream. */
    static final class Scratch {
        private int[][] classOf = new int[0][];

        private int[][] of(int vectors, int length) {
            if (classOf.length < vectors || classOf[0].length < length) {
                classOf = new int[vectors][length];
            }
            return classOf;
        }
    }

    Residue(PacketBits bits, int type, Codebook[] all) throws EndOfPacket, InvalidVorbisException {
        this.type = type;
        begin = bits.read(24);
        end = bits.read(24);
        partition = bits.read(24) + 1;
        classes = bits.read(6) + 1;
        classBook = all[VorbisSetup.index(bits.read(8), all.length, "codebook")];
        if (classBook.dimensions() > MAX_PER_WORD) {
            throw new InvalidVorbisException("a residue's class book has " + classBook.dimensions() + " dimensions");
        }
        int[] cascade = new int[classes];
        for (int c = 0; c < classes; c++) {
            cascade[c] = bits.read(3);
            cascade[c] |= bits.flag() ? bits.read(5) << 3 : 0;
        }
        books = new Codebook[classes][PASSES];
        for (int c = 0; c < classes; c++) {
            for (int pass = 0; pass < PASSES; pass++) {
                if ((cascade[c] >> pass & 1) != 0) {
                    books[c][pass] = all[VorbisSetup.index(bits.read(8), all.length, "codebook")];
                    if (books[c][pass].vectors() == null) {
                        throw new InvalidVorbisException("a residue uses a codebook without vectors");
                    }
                }
            }
        }
    }

    /**
     * Adds the residue to spectra until it is complete or the packet ends.
     *
     * @param spectra {@code [channels][n]}. Modified.
     * @param decoded for each channel, whether it has a residue
     */
    void decode(PacketBits bits, float[][] spectra, boolean[] decoded, int channels, int n, Scratch scratch) {
        try {
            if (type < 2) {
                passes(bits, spectra, decoded, channels, n, 1, scratch);
                return;
            }
            boolean any = false;
            for (int c = 0; c < channels; c++) {
                any |= decoded[c];
            }
            if (any) {
                passes(bits, spectra, new boolean[] {true}, 1, n, channels, scratch);
            }
        } catch (EndOfPacket e) {
            // An encoder may truncate a packet; missing values count as zero.
        }
    }

    /**
     * @param interleaved number of channels that are interleaved in one vector; 1 if each channel has its own vector
     */
    private void passes(
            PacketBits bits, float[][] spectra, boolean[] decoded, int vectors, int n, int interleaved, Scratch scratch)
            throws EndOfPacket {
        int size = n * interleaved;
        int from = (int) Math.min(begin, size);
        int count = (int) (Math.min(end, size) - from) / partition;
        if (count <= 0) {
            return;
        }
        int perWord = classBook.dimensions();
        int[][] classOf = scratch.of(vectors, count + perWord);
        for (int pass = 0; pass < PASSES; pass++) {
            for (int p = 0; p < count; ) {
                if (pass == 0) {
                    readClasses(bits, decoded, vectors, p, classOf);
                }
                for (int i = 0; i < perWord && p < count; i++, p++) {
                    for (int v = 0; v < vectors; v++) {
                        Codebook book = decoded[v] ? books[classOf[v][p]][pass] : null;
                        if (book != null && interleaved > 1) {
                            addInterleaved(bits, book, spectra, interleaved, from + p * partition);
                        } else if (book != null) {
                            add(bits, book, spectra[v], from + p * partition);
                        }
                    }
                }
            }
        }
    }

    private void readClasses(PacketBits bits, boolean[] decoded, int vectors, int p, int[][] classOf)
            throws EndOfPacket {
        for (int v = 0; v < vectors; v++) {
            if (decoded[v]) {
                int word = classBook.decode(bits);
                for (int i = classBook.dimensions() - 1; i >= 0; i--) {
                    classOf[v][p + i] = word % classes;
                    word /= classes;
                }
            }
        }
    }

    private void add(PacketBits bits, Codebook book, float[] spectrum, int from) throws EndOfPacket {
        int d = book.dimensions();
        float[] values = book.vectors();
        if (type == 0) {
            int step = partition / d;
            for (int i = 0; i < step; i++) {
                int at = book.decode(bits) * d;
                for (int j = 0; j < d; j++) {
                    spectrum[from + i + j * step] += values[at + j];
                }
            }
            return;
        }
        for (int i = 0; i < partition; ) {
            int at = book.decode(bits) * d;
            for (int j = 0; j < d && i < partition; j++, i++) {
                spectrum[from + i] += values[at + j];
            }
        }
    }

    private void addInterleaved(PacketBits bits, Codebook book, float[][] spectra, int channels, int from)
            throws EndOfPacket {
        int d = book.dimensions();
        float[] values = book.vectors();
        int channel = from % channels;
        int sample = from / channels;
        for (int i = 0; i < partition; ) {
            int at = book.decode(bits) * d;
            for (int j = 0; j < d && i < partition; j++, i++) {
                spectra[channel][sample] += values[at + j];
                if (++channel == channels) {
                    channel = 0;
                    sample++;
                }
            }
        }
    }
}
