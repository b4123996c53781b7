package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.unmute.tensor.Shape;

/**
 * A memory-mapped safetensors file. Opening reads only the header and checks the whole layout: header bounds, JSON,
 * types, sizes, no overlaps, holes or trailing bytes. Tensors are copied on request. Safe for concurrent reads. The
 * file must not be truncated while it is open.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, Arena arena, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        this.path = path;
        this.arena = arena;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Opens a file with the {@linkplain LoadLimits#DEFAULT default limits}.
     *
     * @throws MalformedFileException if it breaks a rule of the format
     * @throws IOException            if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        return open(path, LoadLimits.DEFAULT);
    }

    /**
     * Opens a file.
     *
     * @throws MalformedFileException if it violates the format or exceeds a limit
     * @throws IOException            if it cannot be read
     */
    public static SafetensorsFile open(Path path, LoadLimits limits) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena, limits);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Reads a file from memory, such as a resource of a jar.
     *
     * @param name  its name in messages
     * @param bytes the whole file. Not modified, copied.
     * @throws MalformedFileException if it breaks a rule of the format
     */
    public static SafetensorsFile of(String name, byte[] bytes) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment copy = arena.allocate(Math.max(1, bytes.length), Long.BYTES);
            MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return read(Path.of(name), copy.asSlice(0, bytes.length), arena, LoadLimits.DEFAULT);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
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
        return new SafetensorsFile(path, arena, tensors, header.metadata());
    }

    /** Names of the tensors, in the order of the header. */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /** Whether there is a tensor of this name. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /**
     * A tensor in the file; its data can be read until the file is closed.
     *
     * @throws NoSuchElementException if there is none of this name
     */
    public StoredTensor entry(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            List<String> some = tensors.keySet().stream().limit(5).toList();
            throw new NoSuchElementException(path + ": no tensor " + MalformedFileException.quote(name) + " among its "
                    + tensors.size() + "; the first are " + some);
        }
        return tensor;
    }

    /** Sizes of a tensor, outermost first. */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /** The {@code __metadata__} texts; empty if the file has none. */
    public Map<String, String> metadata() {
        return metadata;
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

    /** The file's path. */
    public Path path() {
        return path;
    }

    /** Unmaps the file; data of its tensors can no longer be read. */
    @Override
    public void close() {
        arena.close();
    }
}
