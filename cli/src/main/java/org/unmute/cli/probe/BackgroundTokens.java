package org.unmute.cli.probe;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.decision.EventEvidence;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.strong.CachedScores;
import org.unmute.files.FileFailure;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.train.TokenSource;

/**
 * Tokens of sound without any of the classes. Of every two recordings one trains and one is held out; of a single
 * recording the first half trains and the second is held out, with a clip between them.
 */
public final class BackgroundTokens implements Closeable {
    /** Folder of a run for the tokens of recordings that it embedded itself. */
    public static final String FOLDER = "background";
    /** Held-out recordings are read in pieces of this many seconds, like all long recordings. */
    private static final double PIECE_SECONDS = 600;

    private final TokenCache cache;
    private final List<String> train = new ArrayList<>();
    private final List<String> held = new ArrayList<>();

    private BackgroundTokens(TokenCache cache) {
        this.cache = cache;
    }

    /** Shows the progress of embedding these clips. */
    @FunctionalInterface
    public interface Display {
        /** Begins. */
        Embedding.Listener of(List<AudioClip> clips, EncoderSpec encoder);
    }

    /**
     * Opens a cache of background.
     *
     * @param path   a folder with shards
     * @param tokens those to train with
     * @throws CommandException if it is of another encoder, or holds too little to divide
     */
    public static BackgroundTokens ofCache(Path path, TokenCache tokens) throws IOException {
        TokenCache cache = TokenCache.open(path);
        try {
            requireSame(path, cache.key(), tokens.key());
            Map<String, List<String>> byRecording = new LinkedHashMap<>();
            for (CachedClip clip : cache.clips()) {
                byRecording
                        .computeIfAbsent(ClipId.recording(clip.id()), _ -> new ArrayList<>())
                        .add(clip.id());
            }
            byRecording.values().forEach(ids -> ids.sort(Comparator.comparingDouble(BackgroundTokens::start)));
            BackgroundTokens background = new BackgroundTokens(cache);
            int number = 0;
            for (List<String> ids : byRecording.values()) {
                if (byRecording.size() > 1) {
                    (number++ % 2 == 0 ? background.train : background.held).addAll(ids);
                } else {
                    int half = ids.size() / 2;
                    background.train.addAll(ids.subList(0, half));
                    background.held.addAll(ids.subList(Math.min(ids.size(), half + 1), ids.size()));
                }
            }
            background.requireBoth(path);
            return background;
        } catch (IOException | RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    /**
     * Embeds recordings with the encoder of a cache, or resumes that.
     *
     * @param recordings  folder, recording or list
     * @param folder      of the tokens
     * @param command     the command line, beginning with the program's name
     * @param seconds     length of the clips that train
     * @param tell        receives a remark on each recording that cannot be used
     * @throws CommandException if they cannot be listed, or there is too little to divide
     */
    public static BackgroundTokens ofRecordings(
            Path recordings,
            Path folder,
            List<String> command,
            TokenCache tokens,
            OpenEncoder encoder,
            String resampling,
            double seconds,
            Display display,
            Consumer<String> tell)
            throws IOException {
        CacheKey key = encoder.key(resampling, tokens.key().dtype())
                .withLayers(tokens.key().layers());
        requireSame(recordings, key, tokens.key());
        ClipList list = ClipList.of(recordings, null);
        List<AudioClip> train = new ArrayList<>();
        List<AudioClip> held = new ArrayList<>();
        for (int i = 0; i < list.clips().size(); i++) {
            AudioClip clip = list.clips().get(i);
            double from = Math.max(0, start(clip.id()));
            double to = from + seconds(clip, tell);
            boolean alone = list.clips().size() == 1;
            double middle = (from + to) / 2;
            if (alone || i % 2 == 0) {
                train.addAll(pieces(clip, list.root(), from, alone ? middle - seconds / 2 : to, seconds));
            }
            if (alone || i % 2 == 1) {
                held.addAll(pieces(clip, list.root(), alone ? middle + seconds / 2 : from, to, PIECE_SECONDS));
            }
        }
        if (train.isEmpty() || held.isEmpty()) {
            throw tooFew(recordings, train.size() + held.size());
        }
        List<AudioClip> all = Stream.concat(train.stream(), held.stream()).toList();
        Files.createDirectories(folder);
        try (OutputFolder output = OutputFolder.of(folder, command);
                TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT);
                Embedding.Listener bar = display.of(all, encoder.encoder().describe())) {
            Embedding embedding = new Embedding(
                    encoder.encoder(),
                    AudioFiles::open,
                    Resampling.valueOf(resampling).kernel(),
                    false);
            Embedding.Outcome outcome = embedding.run(all, writer, bar);
            if (!outcome.unread().isEmpty()) {
                Embedding.Skipped first = outcome.unread().getFirst();
                throw CommandException.input("--background " + recordings + ": "
                        + outcome.unread().size() + " clips could not be read now, the first: " + first.clip() + ": "
                        + first.reason() + ": run the same command again");
            }
            RunRecord record = new RunRecord(command);
            encoder.note(record, resampling)
                    .result("dtype", tokens.key().dtype().name())
                    .result("layers", key.layers())
                    .result("embedded", outcome.embedded())
                    .result("alreadyPresent", outcome.present())
                    .result("skipped", outcome.skipped());
            writer.sync(); // the record tells that the clips are stored
            record.write(folder);
            output.finish(CacheOrigin::isShard);
        }
        BackgroundTokens background = new BackgroundTokens(TokenCache.open(folder));
        train.stream().map(AudioClip::id).filter(background::has).forEach(background.train::add);
        held.stream().map(AudioClip::id).filter(background::has).forEach(background.held::add);
        background.requireBoth(recordings);
        return background;
    }

    /**
     * The length of a recording; 0 for one that cannot be used, which is reported.
     *
     * @throws IOException if a device or network fails to deliver it
     */
    private static double seconds(AudioClip clip, Consumer<String> tell) throws IOException {
        try {
            return FileFailure.naming(clip.path(), () -> ClipDivision.seconds(clip, AudioFiles::open));
        } catch (IOException e) {
            if (AudioReader.mayPass(e)) {
                throw e;
            }
            tell.accept("--background: skipped " + clip.id() + ": " + ClipSound.reason(e));
            return 0;
        }
    }

    private boolean has(String id) {
        return cache.find(id).isPresent();
    }

    private static List<AudioClip> pieces(AudioClip clip, Path root, double from, double to, double seconds) {
        List<AudioClip> pieces = new ArrayList<>();
        int count = (int) Math.floor((to - from) / seconds);
        for (int i = 0; i < count; i++) {
            pieces.add(piece(
                    clip,
                    root,
                    from + i * seconds,
                    i + 1 == count && seconds == PIECE_SECONDS ? to : from + (i + 1) * seconds));
        }
        if (count == 0 && to - from > 0.5) {
            pieces.add(piece(clip, root, from, to));
        }
        return pieces;
    }

    private static AudioClip piece(AudioClip clip, Path root, double from, double to) {
        return ClipId.clip(ClipId.part(ClipId.recording(clip.id()), from, to), root);
    }

    private static double start(String id) {
        return ClipId.part(id).map(ClipId.Part::start).orElse(0.0);
    }

    private static void requireSame(Path path, CacheKey key, CacheKey tokens) {
        if (!key.equals(tokens)) {
            throw CommandException.input("--background " + path + ": its tokens are of " + key
                    + ", those to train with of " + tokens + ": embed it with the same encoder and options");
        }
    }

    private void requireBoth(Path path) throws IOException {
        if (train.isEmpty() || held.isEmpty()) {
            cache.close();
            throw tooFew(path, train.size() + held.size());
        }
    }

    private static CommandException tooFew(Path path, int clips) {
        return CommandException.input("--background " + path + ": " + clips
                + " clips are too few to train with one part and to count alarms in the other: give at least two"
                + " recordings, or one of three clips");
    }

    /** Ids of the clips that train. */
    public List<String> train() {
        return List.copyOf(train);
    }

    /**
     * Tokens of the clips that train.
     *
     * @param soundOnly whether rows of padding are left out
     */
    public TokenSource trainSource(boolean soundOnly) {
        TokenSource all = TokenSource.of(cache, train);
        return soundOnly ? all.soundOnly() : all;
    }

    /** Adds what was held out to the evidence about events. */
    void addTo(EventEvidence evidence, FrameScorer scorer, RowTimes times) throws IOException {
        CachedScores scores = new CachedScores(cache, times);
        for (String id : held) {
            evidence.addBackground(
                    ClipId.recording(id),
                    scores.of(scorer, scores.seconds(List.of(id))).getFirst());
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
