package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.files.FileFailure;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;

/**
 * An open, memory-mapped file of named tensors. Elements are read on request. Safe for concurrent reads. The file must
 * not be truncated while it is open.
 */
public abstract class TensorFile implements AutoCloseable {
    /**
     * An object whose class is not interpreted. Only the name of the class is kept.
     *
     * @param name dotted path from the root
     * @param className the class or function that creates the object, such as {@code omegaconf.dictconfig.DictConfig};
     *     for Python attributes of a tensor, their names
     * @param tensors number of tensors in the object, which cannot be read
     */
    public record Opaque(String name, String className, int tensors) {}

    private final Path path;
    private final Arena arena;
    private final String container;
    private final Set<String> names;
    private final Map<String, String> metadata;
    private final List<Opaque> opaque;

    /** Takes ownership of the arena. The names are in the order of the file. */
    protected TensorFile(
            Path path,
            Arena arena,
            String container,
            Set<String> names,
            Map<String, String> metadata,
            List<Opaque> opaque) {
        this.path = path;
        this.arena = arena;
        this.container = container;
        this.names = names;
        this.metadata = Collections.unmodifiableMap(metadata);
        this.opaque = List.copyOf(opaque);
    }

    /** @param <F> the type of file to open */
    @FunctionalInterface
    protected interface Reader<F> {
        F read(Arena arena) throws IOException;
    }

    /** Opens a file in a new arena, which is closed if opening fails. */
    protected static <F> F inArena(Reader<F> reader) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            return reader.read(arena);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Maps a whole file read-only.
     *
     * @throws IOException if the file cannot be read; the message names it
     */
    public static MemorySegment map(Path path, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    /** The file's path. */
    public final Path path() {
        return path;
    }

    /** Description of the file format. */
    public final String container() {
        return container;
    }

    /** Names of the tensors, in the order of the file. */
    public final List<String> names() {
        return List.copyOf(names);
    }

    /** Whether the file has a tensor of this name. */
    public final boolean has(String name) {
        return names.contains(name);
    }

    /**
     * Checks that the file has a tensor of this name.
     *
     * @return the name
     * @throws NoSuchElementException if there is no tensor of this name
     */
    protected final String require(String name) {
        if (!has(name)) {
            List<String> some = names.stream().limit(5).toList();
            throw new NoSuchElementException(path + ": no tensor " + MalformedFileException.quote(name) + " among its "
                    + names.size() + "; the first are " + some);
        }
        return name;
    }

    /**
     * Sizes of a tensor, outermost first.
     *
     * @throws NoSuchElementException if there is no tensor of this name
     */
    public abstract Shape shape(String name);

    /**
     * Element type of a tensor.
     *
     * @throws NoSuchElementException if there is no tensor of this name
     */
    public abstract StoredType type(String name);

    /**
     * A tensor in the file; its data can be read until the file is closed.
     *
     * @throws NoSuchElementException if there is no tensor of this name
     * @throws MalformedFileException if its bytes are damaged
     */
    public abstract @Nullable StoredTensor entry(String name) throws MalformedFileException;

    /** Contents of the file other than tensors, as text by name; may be empty. */
    public final Map<String, String> metadata() {
        return metadata;
    }

    /** Objects of classes that are not interpreted, in the order of the file. */
    public final List<Opaque> opaque() {
        return opaque;
    }

    /** Unmaps the file. The data of its tensors can no longer be read. */
    @Override
    public final void close() {
        arena.close();
    }
}
