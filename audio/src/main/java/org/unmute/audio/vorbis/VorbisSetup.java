package org.unmute.audio.vorbis;

import org.unmute.audio.AudioStream;
import org.unmute.audio.vorbis.PacketBits.EndOfPacket;

/**
 * Contents of the first and third headers of a Vorbis stream (Vorbis I, section 4.2). The codebooks take at most 24 MB.
 *
 * @param channels 1 to 64
 * @param sampleRate 1 to 768,000 Hz
 * @param shortBlock samples of a short block, 64 to 8192
 * @param longBlock samples of a long block, {@code shortBlock} to 8192
 */
record VorbisSetup(
        int channels,
        int sampleRate,
        int shortBlock,
        int longBlock,
        Floor[] floors,
        Residue[] residues,
        Mapping[] mappings,
        Mode[] modes) {
    /** The letters {@code vorbis} after the type of a header. */
    private static final long LETTERS = 0x736962726F76L;

    /**
     * Maps channels to floors and residues.
     *
     * @param magnitudes channels that carry the magnitude of each coupled pair
     * @param angles channels that carry the angle of each coupled pair
     * @param submapOf {@code [channels]}
     * @param floors {@code [submaps]}
     * @param residues {@code [submaps]}
     */
    record Mapping(int[] magnitudes, int[] angles, int[] submapOf, int[] floors, int[] residues) {}

    /** A block mode: the block size and the mapping. */
    record Mode(boolean large, int mapping) {}

    static int index(int index, int count, String what) throws InvalidVorbisException {
        if (index >= count) {
            throw new InvalidVorbisException("it refers to " + what + " " + index + " of " + count);
        }
        return index;
    }

    /**
     * Parses the two headers.
     *
     * @param first the identification header
     * @param third the setup header
     */
    static VorbisSetup parse(PacketBits first, PacketBits third) throws InvalidVorbisException {
        try {
            expect(first, 1);
            if (first.read(32) != 0) {
                throw new InvalidVorbisException("its version is not 0");
            }
            int channels = first.read(8);
            long rate = first.read(32) & 0xFFFFFFFFL;
            first.read(32);
            first.read(32);
            first.read(32);
            int shortBits = first.read(4);
            int longBits = first.read(4);
            if (channels < 1 || channels > AudioStream.MAX_CHANNELS || rate < 1 || rate > AudioStream.MAX_RATE) {
                throw new InvalidVorbisException(channels + " channels at " + rate + " Hz; 1 to "
                        + AudioStream.MAX_CHANNELS + " channels at 1 to " + AudioStream.MAX_RATE + " Hz are read");
            }
            if (shortBits < 6 || longBits > 13 || shortBits > longBits || !first.flag()) {
                throw new InvalidVorbisException("blocks of 2^" + shortBits + " and 2^" + longBits + " samples");
            }
            expect(third, 5);
            return new VorbisSetup.Reader(third, channels).read((int) rate, 1 << shortBits, 1 << longBits);
        } catch (EndOfPacket e) {
            throw new InvalidVorbisException("one of its headers ends early");
        }
    }

    private static void expect(PacketBits bits, int type) throws EndOfPacket, InvalidVorbisException {
        int is = bits.read(8);
        long letters = bits.read(24) | (long) bits.read(24) << 24;
        if (is != type || letters != LETTERS) {
            throw new InvalidVorbisException("a header of type " + type + " is missing");
        }
    }

    /** Reads the setup header. */
    private static final class Reader {
        private final PacketBits bits;
        private final int channels;
        private Codebook[] books;

        Reader(PacketBits bits, int channels) {
            this.bits = bits;
            this.channels = channels;
        }

        VorbisSetup read(int rate, int shortBlock, int longBlock) throws EndOfPacket, InvalidVorbisException {
            Codebook.Budget budget = new Codebook.Budget();
            books = new Codebook[bits.read(8) + 1];
            for (int i = 0; i < books.length; i++) {
                books[i] = new Codebook(bits, budget);
            }
            for (int i = bits.read(6); i >= 0; i--) {
                if (bits.read(16) != 0) {
                    throw new InvalidVorbisException("a time domain transform is not 0");
                }
            }
            Floor[] floors = new Floor[bits.read(6) + 1];
            for (int i = 0; i < floors.length; i++) {
                int type = bits.read(16);
                if (type != 1) {
                    throw new InvalidVorbisException("floor type " + type
                            + (type == 0 ? ", of before Vorbis 1.0, is not read: encode it anew" : ""));
                }
                floors[i] = new Floor(bits, books);
            }
            Residue[] residues = new Residue[bits.read(6) + 1];
            for (int i = 0; i < residues.length; i++) {
                int type = bits.read(16);
                if (type > 2) {
                    throw new InvalidVorbisException("residue type " + type + " is reserved");
                }
                residues[i] = new Residue(bits, type, books);
            }
            Mapping[] mappings = new Mapping[bits.read(6) + 1];
            for (int i = 0; i < mappings.length; i++) {
                mappings[i] = mapping(floors.length, residues.length);
            }
            Mode[] modes = new Mode[bits.read(6) + 1];
            for (int i = 0; i < modes.length; i++) {
                boolean large = bits.flag();
                if (bits.read(16) != 0 || bits.read(16) != 0) {
                    throw new InvalidVorbisException("a window or transform type is not 0");
                }
                modes[i] = new Mode(large, index(bits.read(8), mappings.length, "mapping"));
            }
            if (!bits.flag()) {
                throw new InvalidVorbisException("the last bit of its setup header is not set");
            }
            return new VorbisSetup(channels, rate, shortBlock, longBlock, floors, residues, mappings, modes);
        }

        private Mapping mapping(int floors, int residues) throws EndOfPacket, InvalidVorbisException {
            if (bits.read(16) != 0) {
                throw new InvalidVorbisException("a mapping type is not 0");
            }
            int submaps = bits.flag() ? bits.read(4) + 1 : 1;
            int steps = bits.flag() ? bits.read(8) + 1 : 0;
            int width = PacketBits.width(channels - 1);
            int[] magnitudes = new int[steps];
            int[] angles = new int[steps];
            for (int i = 0; i < steps; i++) {
                magnitudes[i] = index(bits.read(width), channels, "channel");
                angles[i] = index(bits.read(width), channels, "channel");
                if (magnitudes[i] == angles[i]) {
                    throw new InvalidVorbisException("channel " + angles[i] + " is coupled with itself");
                }
            }
            if (bits.read(2) != 0) {
                throw new InvalidVorbisException("a reserved field of a mapping is not 0");
            }
            int[] submapOf = new int[channels];
            for (int c = 0; c < channels && submaps > 1; c++) {
                submapOf[c] = index(bits.read(4), submaps, "submap");
            }
            int[] floorOf = new int[submaps];
            int[] residueOf = new int[submaps];
            for (int i = 0; i < submaps; i++) {
                bits.read(8);
                floorOf[i] = index(bits.read(8), floors, "floor");
                residueOf[i] = index(bits.read(8), residues, "residue");
            }
            return new Mapping(magnitudes, angles, submapOf, floorOf, residueOf);
        }
    }
}
