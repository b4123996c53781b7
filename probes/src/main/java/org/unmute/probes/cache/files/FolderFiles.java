package org.unmute.probes.cache.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.unmute.files.FileFailure;
import org.unmute.files.RegularFile;

/** Files of a local folder, each mapped into memory when it is first used. */
public final class FolderFiles implements ShardFiles {
    private final Path folder;
    private final Arena arena;
    private final Map<String, MemorySegment> mapped = new ConcurrentHashMap<>();

    /**
     * @param folder need not exist
     * @param arena maps the files and is closed with this object; a confined arena confines this object to its thread
     */
    public FolderFiles(Path folder, Arena arena) {
        this.folder = folder;
        this.arena = arena;
    }

    @Override
    public String place() {
        return folder.toString();
    }

    @Override
    public List<String> list() throws IOException {
        if (!RegularFile.isFolder(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public long size(String name) throws IOException {
        return file(name).byteSize();
    }

    @Override
    public MemorySegment read(String name, long offset, long length) throws IOException {
        return file(name).asSlice(offset, length);
    }

    private MemorySegment file(String name) throws IOException {
        MemorySegment known = mapped.get(name);
        if (known != null) {
            return known;
        }
        Path file = folder.resolve(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment fresh = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            MemorySegment first = mapped.putIfAbsent(name, fresh);
            return first == null ? fresh : first;
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
