package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.table.ClipRow;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.table.StoredTokens;
import org.unmute.spark.table.TableForms;

/**
 * Writes the results of a share: one shard with its table of contents, which is first written to a disk of the
 * executor, and parts of index and events. Nothing counts before the driver commits the {@link ShareResult}. One thread
 * at a time.
 */
public final class ShareWriter implements Closeable {
    /** All records go to one shard; the disk is scratch space, so nothing is forced to it. */
    private static final CacheOptions ONE_SHARD =
            new CacheOptions(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, false);

    private static final String SHARD = ".tok";
    private static final String TABLE = ".parquet";

    private final ShareTarget target;
    private final int share;
    private final String attempt;
    private final JobStore store;
    private final Path scratch;
    private final TokenCacheWriter tokens;
    private final String shard;
    private final String part;
    private final RowTable<ClipRow> rows;
    private final RowTable<DetectedEvent> found;
    private int clips;
    private int errors;
    private int stored;
    private double seconds;

    private ShareWriter(ShareTarget target, int share, String attempt, JobStore store, Path scratch, CacheKey key)
            throws IOException {
        this.target = target;
        this.share = share;
        this.attempt = attempt;
        this.store = store;
        this.scratch = scratch;
        shard = target.name("shard", share, attempt, SHARD);
        part = target.name("part", share, attempt, TABLE);
        tokens = target.kept().contains(Kept.TOKENS) ? TokenCacheWriter.open(scratch, key, ONE_SHARD, share) : null;
        rows = new RowTable<>(store, from(JobFolder.INDEX, part), TableForms.index());
        found = target.kept().contains(Kept.EVENTS)
                ? new RowTable<>(store, from(JobFolder.EVENTS, part), TableForms.events())
                : null;
    }

    /**
     * Begins to write a share.
     *
     * @param share number of the share
     * @param attempt tells attempts at the share apart, across all runs; of letters, digits and '.'
     * @param scratch a new folder on a disk of this machine, for this attempt alone; deleted on close
     * @param key key of the tokens; null if no tokens are kept
     * @throws IOException if the job's folder cannot be written to
     */
    public static ShareWriter open(
            ShareTarget target, int share, String attempt, Path scratch, CacheKey key, Configuration configuration)
            throws IOException {
        return new ShareWriter(target, share, attempt, JobStore.of(target.folder(), configuration), scratch, key);
    }

    /** Where a file is written: to a temporary place, or to one where a manifest will name it. */
    private String from(String folder, String name) {
        return target.manifest() ? folder + "/" + name : target.attempt(share, attempt) + "/" + folder + "-" + name;
    }

    /**
     * Adds a clip.
     *
     * @param row the clip's row, in which the place of its tokens is filled in here
     * @param features tokens of the clip; null with an error, or if none are kept
     * @param events events in the clip; empty if there are none, or none are kept
     * @param length seconds of sound embedded
     * @return the row as written, with an error if the tokens cannot be stored
     * @throws IOException if a disk fails
     */
    public ClipRow add(ClipRow row, Features features, List<DetectedEvent> events, double length) throws IOException {
        ClipRow whole = features == null ? row : stored(row, features);
        rows.add(whole);
        if (found != null) {
            for (DetectedEvent event : events) {
                found.add(event);
            }
        }
        clips++;
        errors += whole.error() == null ? 0 : 1;
        seconds += length;
        return whole;
    }

    private ClipRow stored(ClipRow row, Features features) throws IOException {
        TokenMap map = features.tokens();
        try {
            long offset = tokens.append(row.clip(), row.sha256(), features).offset();
            stored++;
            return row.with(new StoredTokens(
                    shard, offset, map.time(), map.freq(), map.dim(), map.cls() != null, map.padding()));
        } catch (IllegalArgumentException e) {
            return row.failed(e.getMessage());
        }
    }

    /** Finishes all files and copies the shard to the job's folder. */
    public ShareResult finish() throws IOException {
        List<ShareResult.StoredFile> files = new ArrayList<>();
        if (tokens != null) {
            tokens.close();
            if (stored > 0) {
                upload(files);
            }
        }
        if (found != null) {
            files.add(found.finish(JobFolder.EVENTS + "/" + part));
        }
        // The index comes last, when everything it refers to is there.
        files.add(rows.finish(JobFolder.INDEX + "/" + part));
        return new ShareResult(share, files, clips, errors, seconds);
    }

    private void upload(List<ShareResult.StoredFile> files) throws IOException {
        Path local = scratch.resolve(String.format("shard-%05d%s", share, SHARD));
        byte[] contents = ShardContents.of(local);
        String name = ShardContents.nameFor(shard);
        String from = from(JobFolder.TOKENS, name);
        store.write(from, contents);
        files.add(
                new ShareResult.StoredFile(from, JobFolder.TOKENS + "/" + name, contents.length, Sha256.of(contents)));
        MessageDigest digest = Sha256.digest();
        String to = from(JobFolder.TOKENS, shard);
        store.upload(local, to, digest);
        files.add(new ShareResult.StoredFile(
                to,
                JobFolder.TOKENS + "/" + shard,
                Files.size(local),
                HexFormat.of().formatHex(digest.digest())));
    }

    /** Closes what is open and deletes the scratch folder. Unfinished files do not count. */
    @Override
    public void close() throws IOException {
        try (tokens;
                rows;
                found) {
            // closes all of them, even if one fails
        } finally {
            deleteScratch();
        }
    }

    private void deleteScratch() throws IOException {
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
