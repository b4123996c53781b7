package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.table.ClipOutcome;

/**
 * The shard of an attempt at a task. It is written to a disk of the executor, then uploaded under a name of the attempt
 * alone, before Spark commits the rows that name it. A shard that no row names is not there. One thread at a time.
 */
public final class ShardWriter implements Closeable {
    /** All records go to one shard; the disk is scratch space, so nothing is forced to it. */
    private static final CacheOptions ONE_SHARD =
            new CacheOptions(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, false);

    private final JobStore store;
    private final String name;
    private final Path scratch;
    private final TokenCacheWriter tokens;
    private int stored;

    private ShardWriter(JobStore store, String name, Path scratch, TokenCacheWriter tokens) {
        this.store = store;
        this.name = name;
        this.scratch = scratch;
        this.tokens = tokens;
    }

    /**
     * Begins a shard.
     *
     * @param folder the job's folder
     * @param job name of the run, of lower-case letters and digits
     * @param number number of the shard: of two with the same clip, that with the higher number counts
     * @param attempt tells all attempts of the run apart
     * @param scratch a new folder on a disk of this machine, for this attempt alone; deleted on close
     * @throws IOException if the folder cannot be written to
     */
    public static ShardWriter open(
            String folder, String job, int number, long attempt, Path scratch, CacheKey key, Configuration hadoop)
            throws IOException {
        String name = String.format("shard-%07d-%s-%d.tok", number, job, attempt);
        return new ShardWriter(
                JobStore.of(folder, hadoop), name, scratch, TokenCacheWriter.open(scratch, key, ONE_SHARD));
    }

    /**
     * Stores the tokens of a clip, if it has any.
     *
     * @return the clip with the place of its tokens, or with an error if they cannot be stored
     * @throws IOException if a disk fails
     */
    public ClipOutcome store(ClipOutcome clip) throws IOException {
        if (clip.features() == null) {
            return clip;
        }
        try {
            long offset = tokens.append(clip.clip().clip(), clip.sha256(), clip.features())
                    .offset();
            stored++;
            return clip.storedIn(name, offset);
        } catch (IllegalArgumentException e) {
            return clip.failed(e.getMessage());
        }
    }

    /**
     * Finishes the shard and uploads it with its table of contents. Writes nothing if it has no clips.
     *
     * @param written receives both files
     */
    public void finish(Consumer<FileManifest.Entry> written) throws IOException {
        tokens.close();
        if (stored == 0) {
            return;
        }
        Path local = scratch.resolve("shard-00000.tok");
        byte[] contents = ShardContents.of(local);
        String beside = ShardContents.nameFor(name);
        store.replace(JobFolder.TOKENS + "/" + beside, contents);
        written.accept(new FileManifest.Entry(beside, contents.length, Sha256.of(contents)));
        MessageDigest digest = Sha256.digest();
        store.upload(local, JobFolder.TOKENS + "/" + name, digest);
        written.accept(
                new FileManifest.Entry(name, Files.size(local), HexFormat.of().formatHex(digest.digest())));
    }

    /** Closes what is open and deletes the scratch folder. */
    @Override
    public void close() throws IOException {
        try {
            tokens.close();
        } finally {
            if (Files.isDirectory(scratch)) {
                try (Stream<Path> files = Files.list(scratch)) {
                    for (Path file : files.toList()) {
                        Files.deleteIfExists(file);
                    }
                }
                Files.deleteIfExists(scratch);
            }
        }
    }
}
