package org.unmute.probes.vector;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.unmute.files.FileFailure;
import org.unmute.files.MalformedFileException;
import org.unmute.files.RegularFile;

/**
 * Vectors of unit length in float16, several for each clip, in a file that is mapped into memory. Little-endian:
 * {@value
 * #MAGIC_TEXT}, the bytes of the head, the head ({@link VectorIndexHead}) and its CRC-32C, the vectors {@code [count,
 * dim]}, and a CRC-32C for each block of {@value #BLOCK} vectors. Any number of threads may read. A block is checked
 * whenever it is read.
 */
public final class VectorIndex implements AutoCloseable {
    /** Vectors of a block. */
    static final int BLOCK = 4096;

    static final String MAGIC_TEXT = "unmute vectors 1\n";
    static final byte[] MAGIC = MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int MAX_HEAD = 1 << 30;

    private final Path file;
    private final Arena arena;
    private final MemorySegment all;
    private final VectorIndexHead head;
    private final long vectorsAt;
    /** The first row of each clip, and the number of rows. */
    private final long[] firsts;

    private VectorIndex(Path file, Arena arena, MemorySegment all, VectorIndexHead head, long vectorsAt) {
        this.file = file;
        this.arena = arena;
        this.all = all;
        this.head = head;
        this.vectorsAt = vectorsAt;
        firsts = new long[head.clips().size() + 1];
        for (int i = 0; i < head.clips().size(); i++) {
            firsts[i + 1] = firsts[i] + head.clips().get(i).vectors();
        }
    }

    /**
     * Opens a file and checks its head and size. Vectors are checked as they are read.
     *
     * @throws MalformedFileException if it is damaged
     * @throws IOException if it cannot be read
     */
    public static VectorIndex open(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = RegularFile.open(file, StandardOpenOption.READ)) {
            return of(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw FileFailure.named(file, e);
        }
    }

    /**
     * Whether a file begins as one of vectors, intact or not.
     *
     * @throws IOException if it cannot be read
     */
    public static boolean isOne(Path file) throws IOException {
        if (!RegularFile.isFile(file)) {
            return false;
        }
        return FileFailure.naming(file, () -> {
            try (InputStream in = Files.newInputStream(file)) {
                return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
            }
        });
    }

    private static VectorIndex of(Path file, Arena arena, MemorySegment all) throws IOException {
        long size = all.byteSize();
        long headAt = MAGIC.length + 4L;
        if (size < headAt || all.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw damaged(file, 0, "not-vectors", "it does not begin as a file of vectors of this version");
        }
        int length = all.get(INT, MAGIC.length);
        if (length < 0 || length > MAX_HEAD || headAt + length + 4 > size) {
            throw damaged(file, MAGIC.length, "head-length", "the head would have " + length + " bytes");
        }
        MemorySegment bytes = all.asSlice(headAt, length);
        if (checksum(bytes.asByteBuffer()) != all.get(INT, headAt + length)) {
            throw damaged(file, headAt, "head-checksum", "the head does not match its checksum");
        }
        VectorIndexHead head =
                VectorIndexHead.decode(bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN), file.toString(), headAt);
        VectorIndex index = new VectorIndex(file, arena, all, head, headAt + length + 4);
        long expected = index.vectorsAt + index.count() * head.dim() * 2 + index.blocks() * 4;
        if (expected != size) {
            throw damaged(file, size, "size", "it has " + size + " bytes, its head says " + expected);
        }
        return index;
    }

    private static MalformedFileException damaged(Path file, long offset, String rule, String detail) {
        return new MalformedFileException(file.toString(), offset, rule, detail)
                .advising("delete it; the next search makes it again");
    }

    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** What the vectors are of. */
    public VectorIndexHead head() {
        return head;
    }

    /** Number of vectors. */
    public long count() {
        return firsts[firsts.length - 1];
    }

    /** Size of the file. */
    public long bytes() {
        return all.byteSize();
    }

    /** Number of blocks. */
    long blocks() {
        return Math.ceilDiv(count(), BLOCK);
    }

    /** The clip of a vector, as a position in the head's list. */
    public int clipOf(long row) {
        int at = Arrays.binarySearch(firsts, row);
        if (at < 0) {
            return -at - 2;
        }
        while (firsts[at + 1] == row) { // clips without vectors
            at++;
        }
        return at;
    }

    /** The first vector of a clip. */
    public long firstOf(int clip) {
        return firsts[clip];
    }

    /**
     * Reads a block as float32 and checks it.
     *
     * @param to {@code [rows of the block, dim]}. Modified.
     * @return rows of the block
     * @throws MalformedFileException if it is damaged
     */
    int read(long block, float[] to) throws IOException {
        long first = block * BLOCK;
        int rows = (int) Math.min(BLOCK, count() - first);
        int values = rows * head.dim();
        long at = vectorsAt + first * head.dim() * 2;
        MemorySegment bytes = all.asSlice(at, 2L * values);
        long sums = vectorsAt + count() * head.dim() * 2;
        if (checksum(bytes.asByteBuffer()) != all.get(INT, sums + 4 * block)) {
            throw damaged(file, at, "vectors-checksum", "vectors from " + first + " on do not match their checksum");
        }
        short[] halves = new short[Math.min(values, 1 << 14)];
        for (int done = 0; done < values; done += halves.length) {
            int n = Math.min(halves.length, values - done);
            MemorySegment.copy(bytes, SHORT, 2L * done, halves, 0, n);
            widen(halves, n, to, done);
        }
        return rows;
    }

    private static void widen(short[] halves, int n, float[] to, int at) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Float.float16ToFloat(halves[i]);
        }
    }

    /**
     * The places of damaged blocks; empty if all vectors match their checksums.
     *
     * @throws IOException if the file cannot be read
     */
    public List<String> verify() throws IOException {
        List<String> damage = new ArrayList<>();
        float[] some = new float[Math.multiplyExact(BLOCK, head.dim())];
        for (long block = 0; block < blocks(); block++) {
            try {
                read(block, some);
            } catch (MalformedFileException e) {
                damage.add(e.getMessage());
            }
        }
        return damage;
    }

    /** Unmaps the file. No thread may be reading. */
    @Override
    public void close() {
        arena.close();
    }
}
