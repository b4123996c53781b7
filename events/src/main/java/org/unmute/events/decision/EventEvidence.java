package org.unmute.events.decision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.Ranking;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.interval.AurocInterval;
import org.unmute.probes.decision.ScoreCalibration;

/**
 * What validation clips show about events, for every threshold: in which clips with a class there is one, and how many
 * there are where the class is known to be absent. A label of a clip says that the class is somewhere in it, not where:
 * a clip with the class counts as found or not, and its events are neither right nor alarms.
 */
public final class EventEvidence {
    /** Thresholds at which a clip without a class has more events an hour are not looked at, nor fewer than these. */
    private static final double MOST_ALARMS_PER_HOUR = 400;

    private static final int MOST_ALARMS = 4;
    /** Background is cut into minutes, which tell whether alarms come in bursts; so many alarms of one are counted. */
    private static final double BLOCK_SECONDS = 60;

    private static final int MOST_ALARMS_IN_BLOCK = 20;
    private static final double PIECE_SECONDS = 1;

    private final List<String> names;
    private final PostProcessing rules;
    private final List<Clip> clips = new ArrayList<>();
    private final Map<String, Integer> recordings = new LinkedHashMap<>();
    private final Map<Integer, AurocInterval> rankings = new HashMap<>();
    private final Steps[] steps;
    private boolean timed;

    /** What is known about a class in a clip. */
    public enum State {
        /** The class is somewhere in the clip. */
        PRESENT,
        /** It is nowhere in the clip. */
        ABSENT,
        /** Nobody said. */
        UNKNOWN
    }

    /**
     * A clip, or a minute of background, whose scores are no longer needed.
     *
     * @param highest the highest threshold below which it has an event, {@code [classes]}; negative infinity for none
     */
    record Clip(int recording, double seconds, boolean background, State[] states, float[] highest) {}

    /**
     * @param names of the classes
     * @param rules processing of scores before they become events
     */
    public EventEvidence(List<String> names, PostProcessing rules) {
        this.names = List.copyOf(names);
        this.rules = rules;
        steps = new Steps[names.size()];
        Arrays.setAll(steps, _ -> new Steps());
    }

    /**
     * Adds a labelled clip.
     *
     * @param recording that it is from
     * @param scores    raw, not filtered, {@code [frames][classes]}
     * @param states    {@code [classes]}. Not copied.
     * @throws IllegalArgumentException if numbers of classes differ
     */
    public void add(String recording, FrameScores scores, State[] states) {
        add(recording, scores, states, false);
    }

    /**
     * Adds background: a clip, or a whole recording, without any of the classes. An event over the edge of a minute
     * counts in both.
     */
    public void addBackground(String recording, FrameScores scores) {
        State[] absent = new State[names.size()];
        Arrays.fill(absent, State.ABSENT);
        add(recording, scores, absent, true);
    }

    /**
     * Adds a clip whose classes are known over time, in pieces of one second, each of which counts as a clip. A class
     * is present in a piece if it covers most of one of its frames, and absent if it covers none.
     *
     * @param targets {@code [frames, classes]}: how much of each frame a class covers, NaN where that is not known
     */
    public void addSeconds(String recording, FrameScores scores, float[] targets) {
        timed = true;
        int frames = scores.scores().length;
        double[] times = scores.times();
        FrameScores filtered = filtered(scores);
        for (int from = 0; from < frames; ) {
            int to = from + 1;
            while (to < frames && times[to] < times[from] + PIECE_SECONDS - 1e-6) {
                to++;
            }
            State[] states = new State[names.size()];
            for (int c = 0; c < states.length; c++) {
                boolean absent = true;
                boolean present = false;
                for (int t = from; t < to; t++) {
                    absent &= targets[t * states.length + c] == 0;
                    present |= targets[t * states.length + c] > 0.5;
                }
                states[c] = present ? State.PRESENT : absent ? State.ABSENT : State.UNKNOWN;
            }
            addPart(recording, filtered, from, to, states, false);
            from = to;
        }
    }

    private void add(String recording, FrameScores scores, State[] states, boolean background) {
        int frames = scores.scores().length;
        if (frames == 0 || scores.scores()[0].length != names.size() || states.length != names.size()) {
            throw new IllegalArgumentException("event evidence: " + scores.file() + " has " + frames + " frames, and "
                    + states.length + " labels for " + names.size() + " classes");
        }
        FrameScores filtered = filtered(scores);
        int block = background ? Math.max(1, (int) Math.round(BLOCK_SECONDS / frameSeconds(scores))) : frames;
        for (int from = 0; from < frames; from += block) {
            addPart(recording, filtered, from, Math.min(frames, from + block), states, background);
        }
    }

    private FrameScores filtered(FrameScores scores) {
        return PostProcessing.filtered(scores, rules.medianFrames(frameSeconds(scores)));
    }

    /** Length of the first frame: the last one may be cut off by the end of the clip. */
    private static double frameSeconds(FrameScores scores) {
        return scores.times()[1] - scores.times()[0];
    }

    /** Adds frames that are filtered. */
    private void addPart(String recording, FrameScores filtered, int from, int to, State[] states, boolean background) {
        double[] times = Arrays.copyOfRange(filtered.times(), from, to + 1);
        double seconds = times[to - from] - times[0];
        int most = background
                ? MOST_ALARMS_IN_BLOCK
                : Math.max(MOST_ALARMS, (int) (MOST_ALARMS_PER_HOUR * seconds / 3600));
        float[] highest = new float[names.size()];
        float[] column = new float[to - from];
        for (int c = 0; c < highest.length; c++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = filtered.scores()[from + i][c];
            }
            EventLevels levels = EventLevels.of(column, times, rules.maxGap(), rules.minDuration(), most);
            highest[c] = levels.highest();
            if (states[c] == State.ABSENT) {
                steps[c].add(clips.size(), levels);
            }
        }
        int number = recordings.computeIfAbsent(recording, _ -> recordings.size());
        rankings.clear();
        clips.add(new Clip(number, seconds, background, states, highest));
    }

    /** Whether it is known of some clips when the classes sound. */
    boolean isTimed() {
        return timed;
    }

    List<String> names() {
        return names;
    }

    PostProcessing rules() {
        return rules;
    }

    List<Clip> clips() {
        return clips;
    }

    /** Number of a recording that clips are from. */
    int recording(String name) {
        return recordings.get(name);
    }

    /** Number of recordings that clips are from. */
    int recordings() {
        return recordings.size();
    }

    /** See {@link #rankingOf}; each is computed once, since every fold asks for it. */
    AurocInterval ranking(int c) {
        return rankings.computeIfAbsent(c, this::rankingOf);
    }

    /** How well the scores of labelled clips rank those with a class above those without. */
    private AurocInterval rankingOf(int c) {
        List<Clip> known = clips.stream()
                .filter(clip -> !clip.background() && clip.states()[c] != State.UNKNOWN)
                .toList();
        float[] scores = new float[known.size()];
        boolean[] positive = new boolean[known.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = known.get(i).highest()[c];
            positive[i] = known.get(i).states()[c] == State.PRESENT;
        }
        Ranking ranking = Ranking.of(scores, positive);
        return AurocInterval.of(ranking.auroc(), ranking.positives(), ranking.items() - ranking.positives());
    }

    /** Of the scores of labelled clips, with a slope that all classes share. */
    ScoreCalibration calibration() {
        List<Clip> labelled = clips.stream().filter(clip -> !clip.background()).toList();
        int classes = names.size();
        float[][] scores = new float[labelled.size()][classes];
        byte[][] labels = new byte[labelled.size()][classes];
        for (int i = 0; i < scores.length; i++) {
            for (int c = 0; c < classes; c++) {
                scores[i][c] = Math.max(0, labelled.get(i).highest()[c]);
                labels[i][c] = (byte)
                        switch (labelled.get(i).states()[c]) {
                            case PRESENT -> 1;
                            case ABSENT -> 0;
                            case UNKNOWN -> -1;
                        };
            }
        }
        return ScoreCalibration.fitWithSharedSlope(scores, labels);
    }

    /** How the number of alarms of a class changes. */
    Steps steps(int c) {
        steps[c].sort();
        return steps[c];
    }

    /** Changes of the number of events of a class in clips without it, as the threshold falls. */
    static final class Steps {
        private int size;
        private float[] levels = new float[16];
        private int[] changes = new int[16];
        private int[] clips = new int[16];
        private boolean sorted = true;

        private void add(int clip, EventLevels events) {
            int before = 0;
            for (int i = 0; i < events.levels().length; i++) {
                if (size == levels.length) {
                    levels = Arrays.copyOf(levels, 2 * size);
                    changes = Arrays.copyOf(changes, 2 * size);
                    clips = Arrays.copyOf(clips, 2 * size);
                }
                levels[size] = events.levels()[i];
                changes[size] = events.counts()[i] - before;
                clips[size++] = clip;
                before = events.counts()[i];
                sorted = false;
            }
        }

        /** By level, the highest first; what was added first comes first among equals. */
        private void sort() {
            if (sorted) {
                return;
            }
            long[] order = new long[size];
            for (int i = 0; i < size; i++) {
                order[i] = (long) ~Float.floatToIntBits(levels[i] + 0f) << 32 | i;
            }
            Arrays.sort(order);
            float[] byLevel = new float[size];
            int[] byChange = new int[size];
            int[] byClip = new int[size];
            for (int i = 0; i < size; i++) {
                int at = (int) order[i];
                byLevel[i] = levels[at];
                byChange[i] = changes[at];
                byClip[i] = clips[at];
            }
            levels = byLevel;
            changes = byChange;
            clips = byClip;
            sorted = true;
        }

        int size() {
            return size;
        }

        float level(int i) {
            return levels[i];
        }

        int change(int i) {
            return changes[i];
        }

        int clip(int i) {
            return clips[i];
        }
    }
}
