package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.benchmark.StopSignal;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.WholeCache;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.FileHashes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.train.TokenGrid;
import org.unmute.tensor.DType;

/**
 * The token cache of one encoder and one data set of a benchmark. A complete cache has a file {@code complete.json}
 * with its key and a hash of the recordings' ids, sizes and modification times, so that a resumed run reads nothing
 * again.
 */
final class DatasetTokens {
    private static final String COMPLETE = "complete.json";
    private static final Resampling RESAMPLING = Resampling.hann;
    private static final int SAMPLE = 8;

    private final BenchmarkHost host;
    private final OpenEncoder loaded;
    private final SplitDataset dataset;
    private final Path folder;
    private final CacheKey key;

    /** @param caches the run's folder of caches */
    DatasetTokens(BenchmarkHost host, OpenEncoder loaded, CellGroup group, DType dtype, Path caches) {
        this.host = host;
        this.loaded = loaded;
        dataset = group.dataset();
        folder = group.cells().values().iterator().next().cache(caches);
        key = loaded.key(RESAMPLING.name(), dtype)
                .withLayers(group.layers() ? loaded.encoder().describe().depth() : 0);
    }

    Path folder() {
        return folder;
    }

    /** Opens a recording. */
    AudioStream open(Path file, int channel) throws IOException {
        return AudioFiles.open(file, channel);
    }

    /** The cache's key. */
    CacheKey key() {
        return key;
    }

    /**
     * Whether nothing is left to embed.
     *
     * @throws InputException if a job on Spark made the cache, and it has lost clips that it should hold
     */
    boolean complete() throws IOException {
        if (isOfJob()) {
            WholeCache.open(folder, mayLack(), _ -> {}).close();
        }
        Path file = folder.resolve(COMPLETE);
        if (!RegularFile.exists(file) || FolderManifest.isUnfinished(folder)) {
            return false;
        }
        JsonNode json = Json.read(file);
        return json.path("key").asText().equals(key.toString())
                && json.path("recordings").asText().equals(recordings())
                && (isOfJob() || !hasLost());
    }

    /** Whether a job on Spark made the cache, which alone may add to it. */
    private boolean isOfJob() throws IOException {
        return RegularFile.exists(folder.resolve(FileManifest.FILE));
    }

    /** Whether clips that were embedded are not there any more: then they are embedded again. */
    private boolean hasLost() throws IOException {
        try (TokenCache cache = TokenCache.openWhatIsThere(folder)) {
            return !cache.damage().isEmpty() || !WholeCache.lack(folder, cache).isEmpty();
        } catch (TokenCacheException e) {
            return true;
        }
    }

    /** Whether clips that the cache has lost are left out. */
    boolean mayLack() {
        return host.allowsMissingTokens();
    }

    /** A hash that changes if the list of clips or one of their files changes. */
    private String recordings() throws IOException {
        StringBuilder text = new StringBuilder();
        for (AudioClip clip : dataset.audio()) {
            BasicFileAttributes file = Files.readAttributes(clip.path(), BasicFileAttributes.class);
            text.append(clip.id())
                    .append('\n')
                    .append(file.size())
                    .append(' ')
                    .append(file.lastModifiedTime().toMillis())
                    .append('\n');
        }
        return Sha256.of(text.toString());
    }

    /**
     * Embeds the clips that the cache lacks.
     *
     * @throws StoppedEmbedding if a stop is requested
     */
    void embed(StopSignal stop, List<String> command) throws IOException {
        if (isOfJob()) {
            takeFromJob();
            return;
        }
        RunRecord record = new RunRecord(command);
        String before = recordings();
        Files.createDirectories(folder);
        try (OutputFolder output = OutputFolder.of(folder, command)) {
            complete(embed(dataset.audio(), folder, 0, stop), record, before);
            output.finish(CacheOrigin::isShard);
        }
    }

    /**
     * Number of parts into which the clips are divided for several machines; 1: {@link #embed} makes them all.
     *
     * @param cores cores that embed
     */
    int parts(int cores) throws IOException {
        return state().divide(dataset.audio().size(), bytes(), cores);
    }

    private TokenParts state() throws IOException {
        return new TokenParts(folder, Sha256.of(key + "\n" + recordings()));
    }

    /** What is embedded, if all parts are complete and are being gathered; else null. */
    Embedding.Outcome gathering() throws IOException {
        return state().gathering();
    }

    /**
     * Embeds the clips of one of several parts that are not there yet.
     *
     * @throws StoppedEmbedding if a stop is requested
     */
    Embedding.Outcome embedPart(int part, int parts, StopSignal stop) throws IOException {
        List<AudioClip> own = TokenParts.clips(dataset.audio(), part, parts);
        return own.isEmpty()
                ? Embedding.Outcome.NONE
                : embed(own, state().folder(part), part * TokenParts.SHARDS, stop);
    }

    /** Makes a cache of all parts. */
    void gather(Embedding.Outcome done, int parts, List<String> command) throws IOException {
        RunRecord record = new RunRecord(command);
        String before = recordings();
        requireUsable(done);
        TokenParts state = state();
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(FolderManifest.FILE)); // shards come under names that it may state
        try (OutputFolder output = OutputFolder.of(folder, command)) {
            state.gather(parts, done);
            complete(done, record, before);
            output.finish(CacheOrigin::isShard);
        }
        state.delete();
    }

    /** Nothing is added to the cache of a job: it has the clips, or it is not the cache of this data set. */
    private void takeFromJob() throws IOException {
        String before = recordings();
        FileHashes hashes = new FileHashes();
        List<String> lacking = new ArrayList<>();
        try (TokenCache cache = WholeCache.open(folder, mayLack(), host::tell)) {
            if (!cache.key().toString().equals(key.toString())) {
                throw new InputException(folder + " holds tokens of " + cache.key() + "; asked for " + key
                        + ": choose another folder, or the encoder and settings that it was made with");
            }
            for (AudioClip clip : dataset.audio()) {
                String known =
                        cache.find(clip.id()).map(CachedClip::audioSha256).orElse("");
                if (!known.equals(hashes.of(clip.path()))) {
                    lacking.add(clip.id());
                }
            }
        }
        if (lacking.size() == dataset.audio().size() || !lacking.isEmpty() && !mayLack()) {
            throw new InputException(folder + " lacks " + lacking.size() + " of the "
                    + dataset.audio().size() + " clips of data set "
                    + dataset.entry().name() + ", the first: "
                    + lacking.getFirst() + ": only the job that wrote it can add to it: submit the job with these"
                    + " recordings, or go on without those that it could not use by --allow-missing");
        }
        if (!lacking.isEmpty()) {
            host.tell(folder + " lacks " + lacking.size() + " clips of data set "
                    + dataset.entry().name() + ", the first: " + lacking.getFirst() + ": they are left out");
        }
        Json.write(
                folder.resolve(COMPLETE),
                new JsonObject().with("key", key.toString()).with("recordings", before));
    }

    private Embedding.Outcome embed(List<AudioClip> clips, Path into, int firstShard, StopSignal stop)
            throws IOException {
        String what = "embedding " + folder.getParent().getFileName() + "/" + folder.getFileName();
        try (TokenCacheWriter writer = TokenCacheWriter.open(into, key, CacheOptions.DEFAULT, firstShard);
                Embedding.Listener bar =
                        host.embedding(what, clips, loaded.encoder().describe())) {
            Embedding embedding = new Embedding(loaded.encoder(), AudioFiles::open, RESAMPLING.kernel(), false);
            return embedding.run(clips, writer, new Embedding.Listener() {
                @Override
                public void stored(AudioClip clip, boolean earlier) {
                    bar.stored(clip, earlier);
                    if (stop.raised()) {
                        throw new StoppedEmbedding();
                    }
                }

                @Override
                public void warned(AudioClip clip, String warning) {
                    bar.warned(clip, warning);
                }

                @Override
                public void skipped(AudioClip clip, String reason) {
                    bar.skipped(clip, reason);
                }
            });
        } catch (TokenCacheException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    private void requireUsable(Embedding.Outcome done) {
        if (done.embedded() + done.present() == 0) {
            throw new InputException("data set " + dataset.entry().name() + ": none of its "
                    + dataset.audio().size()
                    + " recordings can be used"
                    + (done.skipped().isEmpty() ? "" : ", the first: " + first(done.skipped())));
        }
        if (!done.unread().isEmpty()) {
            throw new InputException("data set " + dataset.entry().name() + ": "
                    + done.unread().size() + " of its "
                    + dataset.audio().size() + " recordings could not be read, the first: "
                    + first(done.unread())
                    + ": run the command again once they can be read; results without them would not be those of"
                    + " the data set");
        }
    }

    private static String first(List<Embedding.Skipped> clips) {
        return clips.getFirst().clip() + ": " + clips.getFirst().reason();
    }

    private void complete(Embedding.Outcome done, RunRecord record, String before) throws IOException {
        requireUsable(done);
        loaded.note(record, RESAMPLING.name())
                .result("layers", key.layers())
                .result("embedded", done.embedded())
                .result("alreadyPresent", done.present())
                .result("skipped", done.skipped());
        record.write(folder);
        Json.write(
                folder.resolve(COMPLETE),
                new JsonObject().with("key", key.toString()).with("recordings", before));
    }

    /** A stop was requested between two clips; clips embedded so far are kept. */
    static final class StoppedEmbedding extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The grid of a clip of typical length, from a sample spread over the list. */
    TokenGrid typical() {
        EncoderSpec spec = loaded.encoder().describe();
        int time = Math.clamp(spec.rows((long) (seconds() * spec.sampleRate())), 1, 1 << 20);
        return new TokenGrid(time, spec.freq(), spec.dim(), spec.hasCls());
    }

    /** Mean length of a sample of clips; the window's if none can be read. */
    private double seconds() {
        List<Double> lengths = new ArrayList<>();
        int n = dataset.audio().size();
        for (int i = 0; i < Math.min(SAMPLE, n); i++) {
            AudioClip clip = dataset.audio().get((int) ((long) i * n / Math.min(SAMPLE, n)));
            try (AudioStream file = AudioFiles.open(clip.path())) {
                double known = clip.seconds(file);
                lengths.add(Double.isNaN(known) ? clip.read(file).seconds() : known);
            } catch (IOException | IllegalArgumentException e) {
                continue; // reported when it is embedded
            }
        }
        EncoderSpec spec = loaded.encoder().describe();
        double window = spec.isWhole() ? 10 : (double) spec.windowSamples() / spec.sampleRate();
        return lengths.stream().mapToDouble(d -> d).average().orElse(window);
    }

    /** Size of the complete cache in bytes, estimated. */
    long bytes() {
        TokenGrid grid = typical();
        return TokenCache.estimate(
                clips(), grid.time(), grid.freq(), grid.dim(), grid.cls(), key.layers(), key.dtype());
    }

    /** Number of clips to embed, including variants still to be created. */
    private long clips() {
        return dataset.audio().size()
                + (long) dataset.variants() * dataset.folds().getFirst().train().size();
    }
}
