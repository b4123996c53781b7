package org.unmute.data.verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;

/**
 * Verdicts as labels of stretches: the class is present where a listener said yes, absent where the answer was no or
 * another class, which is then present. Everything else about a stretch is not known.
 *
 * @param clips        one for each stretch, with the id of a part of its recording; empty if nothing is known
 * @param classes      the classes
 * @param states       numbers by class
 * @param sampled      verdicts of random samples that were left out, so that the samples stay independent of training
 * @param contradicted answers no that were left out, since a later or corrected yes of the class overlaps them
 * @param others       verdicts on classes that are none of the given ones, by class
 * @param points       verdicts left out, since their events have no length
 */
public record VerdictLabels(
        List<LabelledClip> clips,
        LabelSet classes,
        Map<String, States> states,
        int sampled,
        int contradicted,
        Map<String, Integer> others,
        int points) {
    /**
     * Numbers of stretches of a class.
     *
     * @param present   where it is present
     * @param absent    where it is absent
     * @param unknown   where a listener could not tell
     * @param presentSeconds length of the first, together
     * @param absentSeconds  length of the second
     */
    public record States(int present, int absent, int unknown, double presentSeconds, double absentSeconds) {
        private static final States NONE = new States(0, 0, 0, 0, 0);

        private States plus(Boolean present, double seconds) {
            return present == null
                    ? new States(this.present, absent, unknown + 1, presentSeconds, absentSeconds)
                    : present
                            ? new States(this.present + 1, absent, unknown, presentSeconds + seconds, absentSeconds)
                            : new States(this.present, absent + 1, unknown, presentSeconds, absentSeconds + seconds);
        }
    }

    public VerdictLabels {
        clips = List.copyOf(clips);
        states = Map.copyOf(states);
        others = Map.copyOf(others);
    }

    /** What is known of a stretch: by class, whether it is present; null where a listener could not tell. */
    private static final class Stretch {
        private final String recording;
        private final double start;
        private final double end;
        private final Map<String, Boolean> present = new TreeMap<>();

        Stretch(String recording, Verdict.Box box) {
            this.recording = recording;
            start = box.start();
            end = box.end();
        }

        boolean overlaps(Stretch other) {
            return recording.equals(other.recording) && start < other.end && other.start < end;
        }
    }

    /**
     * The labels of verdicts.
     *
     * @param verdicts   one for each event
     * @param classes    the classes; null for all classes that the verdicts name
     * @param withSample whether verdicts of random samples count
     * @throws IllegalArgumentException if there are no classes
     */
    public static VerdictLabels of(Collection<Verdict> verdicts, LabelSet classes, boolean withSample) {
        LabelSet all = classes != null ? classes : named(verdicts);
        Map<String, Stretch> stretches = new LinkedHashMap<>();
        Map<String, Integer> others = new TreeMap<>();
        int sampled = 0;
        int points = 0;
        for (Verdict verdict : verdicts) {
            Verdict.Box box = verdict.edges();
            if (verdict.draw().kind() == Draw.Kind.SAMPLE && !withSample) {
                sampled++;
            } else if (box.end() <= box.start()) {
                points++;
            } else {
                Stretch own = stretches.computeIfAbsent(
                        ClipId.part(verdict.event().recording(), box.start(), box.end()),
                        id -> new Stretch(verdict.event().recording(), box));
                add(own, verdict.event().label(), present(verdict.answer()), all, others);
                if (verdict.answer() == Answer.OTHER) {
                    add(own, verdict.other(), true, all, others);
                }
            }
        }
        int contradicted = withoutContradictions(stretches.values());
        return new VerdictLabels(
                clips(stretches, all), all, states(stretches.values(), all), sampled, contradicted, others, points);
    }

    private static LabelSet named(Collection<Verdict> verdicts) {
        TreeSet<String> names = new TreeSet<>();
        verdicts.forEach(v -> {
            names.add(v.event().label());
            if (v.answer() == Answer.OTHER) {
                names.add(v.other());
            }
        });
        if (names.isEmpty()) {
            throw new IllegalArgumentException("labels of verdicts: there are no verdicts, so there are no classes");
        }
        return LabelSet.union(names);
    }

    private static Boolean present(Answer answer) {
        return answer == Answer.UNSURE ? null : Boolean.valueOf(answer == Answer.YES);
    }

    private static void add(
            Stretch stretch, String label, Boolean present, LabelSet classes, Map<String, Integer> others) {
        if (classes.indexOf(label) < 0) {
            others.merge(label, 1, Integer::sum);
        } else if (!Boolean.TRUE.equals(stretch.present.get(label))) {
            stretch.present.put(label, present);
        }
    }

    private static int withoutContradictions(Collection<Stretch> stretches) {
        Map<String, List<Stretch>> byRecording = new LinkedHashMap<>();
        stretches.forEach(s ->
                byRecording.computeIfAbsent(s.recording, r -> new ArrayList<>()).add(s));
        int removed = 0;
        for (Stretch stretch : stretches) {
            int before = stretch.present.size();
            stretch.present
                    .entrySet()
                    .removeIf(own -> Boolean.FALSE.equals(own.getValue())
                            && byRecording.get(stretch.recording).stream()
                                    .anyMatch(other -> Boolean.TRUE.equals(other.present.get(own.getKey()))
                                            && other.overlaps(stretch)));
            removed += before - stretch.present.size();
        }
        return removed;
    }

    private static List<LabelledClip> clips(Map<String, Stretch> stretches, LabelSet classes) {
        List<LabelledClip> clips = new ArrayList<>();
        stretches.forEach((id, stretch) -> {
            List<String> present = new ArrayList<>();
            List<String> unknown = new ArrayList<>();
            for (String name : classes.names()) {
                Boolean state = stretch.present.get(name);
                if (state == null) {
                    unknown.add(name);
                } else if (state) {
                    present.add(name);
                }
            }
            boolean open = present.size() + unknown.size() == classes.size();
            LabelledClip clip =
                    new LabelledClip(id, "", present, open && !unknown.isEmpty() ? LabelledClip.OTHERS : unknown);
            if (!clip.saysNothing(classes)) {
                clips.add(clip);
            }
        });
        return clips;
    }

    private static Map<String, States> states(Collection<Stretch> stretches, LabelSet classes) {
        Map<String, States> states = new LinkedHashMap<>();
        classes.names().forEach(name -> states.put(name, States.NONE));
        for (Stretch stretch : stretches) {
            stretch.present.forEach((name, present) ->
                    states.computeIfPresent(name, (n, s) -> s.plus(present, stretch.end - stretch.start)));
        }
        return states;
    }

    /** The clips as a manifest, all of one split. */
    public Manifest manifest(String split) {
        return new Manifest(clips.stream().map(c -> c.as(c.file(), split)).toList(), classes);
    }
}
