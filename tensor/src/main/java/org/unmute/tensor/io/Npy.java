package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;

/**
 * Reads and writes NumPy's npy files, versions 1 to 3: little-endian float32, float64, int32, int64, uint8 and bool
 * arrays in C order.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;

    private Npy() {}

    /**
     * Reads a file with the {@linkplain LoadLimits#DEFAULT default limits}.
     *
     * @return the array, memory-mapped, named after the file; it needs no closing
     * @throws MalformedFileException if the file violates the format
     * @throws IOException if it cannot be read
     */
    public static StoredTensor read(Path path) throws IOException {
        return read(path, LoadLimits.DEFAULT);
    }

    /**
     * Reads a file.
     *
     * @return the array, memory-mapped, named after the file; it needs no closing
     * @throws MalformedFileException if the file violates the format or exceeds a limit
     * @throws IOException if it cannot be read
     */
    public static StoredTensor read(Path path, LoadLimits limits) throws IOException {
        String file = path.toString();
        MemorySegment all = TensorFile.map(path, Arena.ofAuto());
        long size = all.byteSize();
        if (size < 10) {
            throw new MalformedFileException(
                    file, 0, "too-short", "the file has " + size + " bytes; an npy file has at least 10");
        }
        if (!Arrays.equals(all.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
            throw new MalformedFileException(file, 0, "bad-magic", "not an npy file");
        }
        int major = all.get(ValueLayout.JAVA_BYTE, 6) & 0xFF;
        int minor = all.get(ValueLayout.JAVA_BYTE, 7) & 0xFF;
        if (major < 1 || major > 3 || minor != 0) {
            throw new MalformedFileException(
                    file, 6, "unsupported-version", "version " + major + "." + minor + "; 1.0, 2.0 and 3.0 are known");
        }
        int start = major == 1 ? 10 : 12;
        if (size < start) {
            throw new MalformedFileException(file, 8, "too-short", "the file ends in its header length");
        }
        long length =
                major == 1 ? all.get(LittleEndian.SHORT, 8) & 0xFFFFL : all.get(LittleEndian.INT, 8) & 0xFFFFFFFFL;
        if (length > limits.npyHeaderBytes()) {
            throw new MalformedFileException(
                    file,
                    8,
                    "header-too-long",
                    "header length " + length + ", at most " + limits.npyHeaderBytes() + " are accepted");
        }
        if (length > size - start) {
            throw new MalformedFileException(
                    file,
                    8,
                    "header-past-end",
                    "header length " + length + ", but only " + (size - start)
                            + " bytes follow: the file may be cut short");
        }
        String text = text(all.asSlice(start, length), major, start, file);
        NpyHeader header = NpyHeader.parse(text, start, file, limits);
        return tensor(path, all, start + length, header);
    }

    private static String text(MemorySegment bytes, int major, int start, String file) throws MalformedFileException {
        Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        try {
            return charset.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)))
                    .toString();
        } catch (CharacterCodingException e) {
            MalformedFileException bad = new MalformedFileException(file, start, "bad-utf8", "the header is not UTF-8");
            bad.initCause(e);
            throw bad;
        }
    }

    private static StoredTensor tensor(Path path, MemorySegment all, long start, NpyHeader header)
            throws MalformedFileException {
        long needed = header.shape().elements() * header.type().bytes();
        if (needed != all.byteSize() - start) {
            throw new MalformedFileException(
                    path.toString(),
                    start,
                    "size-mismatch",
                    header.type() + " " + header.shape() + " needs " + needed + " bytes, but "
                            + (all.byteSize() - start) + " follow");
        }
        return new StoredTensor(
                path.getFileName().toString(), header.type(), header.shape(), all.asSlice(start, needed));
    }

    /** Writes a float32 array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, float[] values) throws IOException {
        write(path, "<f4", shape, values.length, ElementPieces.of(values));
    }

    /** Writes a float64 array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, double[] values) throws IOException {
        write(path, "<f8", shape, values.length, ElementPieces.of(values));
    }

    /** Writes an int32 array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, int[] values) throws IOException {
        write(path, "<i4", shape, values.length, ElementPieces.of(values));
    }

    /** Writes an int64 array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, long[] values) throws IOException {
        write(path, "<i8", shape, values.length, ElementPieces.of(values));
    }

    /** Writes a uint8 array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, byte[] values) throws IOException {
        write(path, "|u1", shape, values.length, ElementPieces.of(values));
    }

    /** Writes a bool array. An existing file is replaced only once the new one is complete. */
    public static void write(Path path, Shape shape, boolean[] values) throws IOException {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        write(path, "|b1", shape, values.length, ElementPieces.of(bytes));
    }

    private static void write(Path path, String descr, Shape shape, int values, ElementPieces.Source source)
            throws IOException {
        if (values != shape.elements()) {
            throw new IllegalArgumentException(
                    "npy: the shape " + shape + " needs " + shape.elements() + " values, got " + values);
        }
        String sizes = Arrays.stream(shape.toArray()).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + sizes
                + (shape.rank() == 1 ? ",)" : ")") + ", }";
        int total = (10 + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer head = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - 10));
        head.put(text.getBytes(StandardCharsets.US_ASCII));
        while (head.remaining() > 1) {
            head.put((byte) ' ');
        }
        head.put((byte) '\n').flip();
        AtomicFile.write(path, out -> {
            LittleEndian.writeFully(out, head);
            source.writeTo(out);
        });
    }
}
