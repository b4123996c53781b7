package org.unmute.fuzz.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.ShardFiles;

/** Readers of the files beside the shards of a cache that several machines fill: tables of contents and manifests. */
final class GatheredTargets {
    private static final String SHARD = "shard-00000.tok";
    private static final String CONTENTS = ShardContents.nameFor(SHARD);

    private GatheredTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                FuzzTarget.onDisk("shard-contents", CONTENTS, GatheredTargets::contents, GatheredTargets::open)
                        .repairedBy(Checksums::contents),
                FuzzTarget.inMemory(
                        "shard-manifest",
                        FileManifest.FILE,
                        _ -> TableTargets.texts("{\"format\":\"unmute-manifest-1\",\"files\":[\n{\"name\":\"" + SHARD
                                + "\",\"bytes\":12,\"sha256\":\"" + "0123456789abcdef".repeat(4) + "\"}\n]}\n"),
                        input -> FileManifest.parse(input.bytes(), input.file().toString())));
    }

    private static List<byte[]> contents(SeedFiles files) throws IOException {
        return List.of(
                files.made(CONTENTS, file -> Files.write(file, table(files, false))),
                files.made("layers.toc", file -> Files.write(file, table(files, true))));
    }

    private static byte[] table(SeedFiles files, boolean layers) throws IOException {
        byte[][] table = new byte[1][];
        files.made("shard-" + layers + "/" + SHARD, file -> {
            StoreTargets.writeShard(file, layers);
            table[0] = ShardContents.of(file);
        });
        return table[0];
    }

    /** Opens a cache through its table of contents and reads the listed records; the shard itself is all zeros. */
    private static void open(FuzzTarget.Input input) throws IOException {
        try (TokenCache cache = TokenCache.open(new BesideZeros(input), null)) {
            for (CachedClip clip : cache.clips()) {
                try {
                    cache.readFeatures(clip.id());
                } catch (TokenCacheException e) {
                    // Zeros are not valid tokens.
                }
            }
        }
    }

    /** A table of contents, and a shard of zeros with the size stated in the table, up to a limit. */
    private record BesideZeros(FuzzTarget.Input input) implements ShardFiles {
        private static final int SIZE_AT = 16;
        private static final long MAX = 1 << 20;

        @Override
        public String place() {
            Path folder = input.file().getParent();
            return folder == null ? "." : folder.toString();
        }

        @Override
        public List<String> list() {
            return List.of(SHARD, CONTENTS);
        }

        @Override
        public long size(String name) {
            byte[] table = input.bytes();
            if (name.equals(CONTENTS) || table.length < SIZE_AT + Long.BYTES) {
                return table.length;
            }
            long stated = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getLong(SIZE_AT);
            return Math.clamp(stated, 0, MAX);
        }

        @Override
        public MemorySegment read(String name, long offset, long length) {
            return name.equals(CONTENTS)
                    ? MemorySegment.ofArray(input.bytes()).asSlice(offset, length)
                    : MemorySegment.ofArray(new byte[Math.toIntExact(length)]);
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
