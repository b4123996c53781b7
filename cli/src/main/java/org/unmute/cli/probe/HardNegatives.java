package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.data.ClipId;
import org.unmute.data.CsvWriter;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;

/**
 * Training clips with background: first as many stretches of it, drawn at random, as there are labelled clips; then, in
 * rounds, those of the rest to which the probe of the round before gives the highest scores. They come from background
 * only, in which every class is known to be absent, so an unmarked sound is never mined.
 */
public final class HardNegatives {
    /** As many background clips are drawn at least. */
    private static final int LEAST = 64;

    private static final int BATCH = 64;

    private final TokenSet labelled;
    private final TokenSource background;
    private final List<String> ids;
    private final List<String> classes;
    private final int[] order;
    private final BitSet chosen = new BitSet();
    private final List<Mined> mined = new ArrayList<>();

    /**
     * A stretch that was mined.
     *
     * @param clip  its id
     * @param label the class with the highest score
     * @param score raw
     * @param round from 1
     */
    public record Mined(String clip, String label, float score, int round) {}

    /**
     * @param labelled the labelled clips
     * @param classes  their names
     * @param seed     decides which stretches are drawn first
     */
    public HardNegatives(TokenSet labelled, List<String> classes, BackgroundTokens background, long seed) {
        this.labelled = labelled;
        this.classes = classes;
        this.background = background.trainSource(labelled.tokens().isSoundOnly());
        ids = background.train();
        order = IntStream.range(0, ids.size()).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < order.length - 1; i++) {
            int other = i + random.nextInt(order.length - i);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        Arrays.stream(order, 0, Math.min(order.length, atOnce())).forEach(chosen::set);
    }

    private int atOnce() {
        return Math.max(LEAST, labelled.clips());
    }

    /** The clips to train on: those with labels, then background, in which every class is absent. */
    public TokenSet clips() {
        int[] own = chosen.stream().toArray();
        TokenSet absent = new TokenSet(background, new float[ids.size() * classes.size()], classes.size()).subset(own);
        float[] targets = Arrays.copyOf(labelled.targets(), labelled.targets().length + absent.targets().length);
        return new TokenSet(
                TokenSource.joined(List.of(labelled.tokens(), absent.tokens())),
                targets,
                classes.size(),
                labelled.rows() == null ? null : labelled.rows().ofFirst(labelled.clips()),
                labelled.boxes() == null ? null : labelled.boxes().ofFirst(labelled.clips()));
    }

    /** Whether there is background that was not chosen yet. */
    public boolean isMoreLeft() {
        return chosen.cardinality() < ids.size();
    }

    /**
     * Adds the hardest of the rest.
     *
     * @param probe trained on {@link #clips}
     * @throws IOException if tokens cannot be read
     */
    public void mine(TrainedProbe probe, int round) throws IOException {
        float[][] scores = Scorer.rawScores(probe, background, BATCH);
        List<Mined> rest = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            if (!chosen.get(i)) {
                int best = 0;
                for (int c = 1; c < classes.size(); c++) {
                    best = scores[i][c] > scores[i][best] ? c : best;
                }
                rest.add(new Mined(ids.get(i), classes.get(best), scores[i][best], round));
            }
        }
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < scores.length; i++) {
            numbers.put(ids.get(i), i);
        }
        rest.sort(Comparator.comparing(Mined::score).reversed().thenComparing(Mined::clip));
        for (Mined one : rest.subList(0, Math.min(rest.size(), atOnce()))) {
            mined.add(one);
            chosen.set(numbers.get(one.clip()));
        }
    }

    /** Ids of the background clips that are trained on, in the order of {@link #clips}. */
    List<String> chosen() {
        return chosen.stream().mapToObj(ids::get).toList();
    }

    /** How many background clips are trained on. */
    public int background() {
        return chosen.cardinality();
    }

    /**
     * Lists what was mined, as a table that {@code --audio} takes.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        CsvWriter table = new CsvWriter("file", "start", "end", "class", "score", "round");
        for (Mined m : mined) {
            Optional<ClipId.Part> part = ClipId.part(m.clip());
            table.row(
                    ClipId.recording(m.clip()),
                    part.map(p -> ClipId.seconds(p.start())).orElse(""),
                    part.map(p -> ClipId.seconds(p.end())).orElse(""),
                    m.label(),
                    m.score(),
                    m.round());
        }
        table.write(file);
    }
}
