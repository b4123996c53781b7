package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;

/**
 * A memory-mapped safetensors file. Opening reads only the header and checks the whole layout: header bounds, JSON,
 * types and sizes, and that there are no overlaps, holes or trailing bytes. Tensors are copied on request. {@link
 * #metadata()} returns the {@code __metadata__} entries.
 */
public final class SafetensorsFile extends TensorFile {
    private final Map<String, StoredTensor> tensors;
    private final MemorySegment all;
    private final long headerEnd;

    private SafetensorsFile(
            Path path,
            Arena arena,
            Map<String, StoredTensor> tensors,
            Map<String, String> metadata,
            MemorySegment all,
            long headerEnd) {
        super(path, arena, "safetensors", tensors.keySet(), metadata, List.of());
        this.tensors = tensors;
        this.all = all;
        this.headerEnd = headerEnd;
    }

    /**
     * Opens a file with the {@linkplain LoadLimits#DEFAULT default limits}.
     *
     * @throws MalformedFileException if the file violates the format
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        return open(path, LoadLimits.DEFAULT);
    }

    /**
     * Opens a file.
     *
     * @throws MalformedFileException if the file violates the format or exceeds a limit
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path, LoadLimits limits) throws IOException {
        return inArena(arena -> read(path, map(path, arena), arena, limits));
    }

    /**
     * Reads a file from memory, such as a resource of a jar.
     *
     * @param name the file's name in messages
     * @param bytes the whole file. Copied, not modified.
     * @throws MalformedFileException if the file violates the format
     */
    public static SafetensorsFile of(String name, byte[] bytes) throws IOException {
        return inArena(arena -> {
            MemorySegment copy = arena.allocate(Math.max(1, bytes.length), Long.BYTES);
            MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return read(Path.of(name), copy.asSlice(0, bytes.length), arena, LoadLimits.DEFAULT);
        });
    }

    private static SafetensorsFile read(Path path, MemorySegment all, Arena arena, LoadLimits limits)
            throws IOException {
        String file = path.toString();
        long size = all.byteSize();
        if (size < 8) {
            throw new MalformedFileException(
                    file,
                    0,
                    "too-short",
                    "the file has " + size + " bytes; a safetensors file starts with 8 bytes of header length");
        }
        long length = all.get(LittleEndian.LONG, 0);
        if (length >= 0 && length < 2) {
            throw new MalformedFileException(
                    file, 0, "header-too-short", "header length " + length + "; the shortest is {}");
        }
        if (length < 0 || length > limits.headerBytes()) {
            throw new MalformedFileException(
                    file,
                    0,
                    "header-too-long",
                    "header length " + Long.toUnsignedString(length) + ", at most " + limits.headerBytes()
                            + " are accepted");
        }
        if (length > size - 8) {
            throw new MalformedFileException(
                    file,
                    0,
                    "header-past-end",
                    "header length " + length + ", but only " + (size - 8)
                            + " bytes follow: the file may be cut short");
        }
        byte[] json = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        long start = 8 + length;
        SafetensorsHeader header = SafetensorsHeader.parse(json, 8, size - start, file, limits);
        Map<String, StoredTensor> tensors =
                LinkedHashMap.newLinkedHashMap(header.entries().size());
        for (SafetensorsHeader.Entry e : header.entries()) {
            MemorySegment data = all.asSlice(start + e.begin(), e.end() - e.begin());
            tensors.put(e.name(), new StoredTensor(e.name(), e.type(), e.shape(), data));
        }
        return new SafetensorsFile(path, arena, tensors, header.metadata(), all, start);
    }

    /** Whether the file contains a digest of its bytes, as written by {@link SafetensorsWriter#withDigest}. */
    public boolean hasDigest() {
        return metadata().containsKey(FileDigest.KEY);
    }

    /**
     * Checks that the file contains a digest and that its bytes have not changed since it was written. Reads the whole
     * file.
     *
     * @throws MalformedFileException if there is no digest or the bytes have changed
     */
    public void requireDigest() throws MalformedFileException {
        FileDigest.check(all, headerEnd, metadata().get(FileDigest.KEY), path().toString());
    }

    @Override
    public @Nullable StoredTensor entry(String name) {
        return tensors.get(require(name));
    }

    @Override
    public Shape shape(String name) {
        return entry(name).shape();
    }

    @Override
    public StoredType type(String name) {
        return entry(name).type();
    }

    /** A copy of a floating tensor as float32; see {@link StoredTensor#floats()}. */
    public float[] floats(String name) {
        return entry(name).floats();
    }

    /** A copy of a floating tensor as float64; see {@link StoredTensor#doubles()}. */
    public double[] doubles(String name) {
        return entry(name).doubles();
    }

    /** A copy of an integer or boolean tensor as 32-bit integers; see {@link StoredTensor#ints()}. */
    public int[] ints(String name) {
        return entry(name).ints();
    }
}
