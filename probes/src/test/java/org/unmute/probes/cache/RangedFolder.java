package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.ShardFiles;

/** A folder whose files are read as copies of ranges, as from a remote store; counts the reads. */
final class RangedFolder implements ShardFiles {
    final AtomicInteger reads = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    boolean closed;
    private final Path folder;

    RangedFolder(Path folder) {
        this.folder = folder;
    }

    /** Writes the tables of contents of all shards. */
    static void writeContents(Path folder) throws IOException {
        for (String shard : CacheSamples.shards(folder).keySet()) {
            Files.write(folder.resolve(ShardContents.nameFor(shard)), ShardContents.of(folder.resolve(shard)));
        }
    }

    /** Writes a manifest that names these files only. */
    static void writeManifest(Path folder, List<Path> files) throws IOException {
        List<FileManifest.Entry> entries = new ArrayList<>();
        for (Path file : files) {
            entries.add(new FileManifest.Entry(file.getFileName().toString(), Files.size(file), Sha256.of(file)));
        }
        Files.write(folder.resolve(FileManifest.FILE), new FileManifest(entries).encode());
    }

    @Override
    public String place() {
        return "store:" + folder;
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @Override
    public long size(String name) throws IOException {
        return Files.size(folder.resolve(name));
    }

    @Override
    public MemorySegment read(String name, long offset, long length) throws IOException {
        reads.incrementAndGet();
        bytes.addAndGet(length);
        ByteBuffer range = ByteBuffer.allocate(Math.toIntExact(length));
        try (FileChannel channel = FileChannel.open(folder.resolve(name))) {
            while (range.hasRemaining()) {
                if (channel.read(range, offset + range.position()) < 0) {
                    throw new IOException(name + ": a range behind the end");
                }
            }
        }
        return MemorySegment.ofBuffer(range.flip());
    }

    @Override
    public void close() {
        closed = true;
    }
}
