package org.unmute.events.clips;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.unmute.data.annotation.Annotation;

/**
 * Which events are cut out.
 *
 * @param perClass at most so many of each class; 0 for all
 * @param minScore events below it are left out; NaN for none. An event without a score is kept.
 * @param pick which of a class, if there are more
 * @param seed of the random ones
 */
public record ClipChoice(int perClass, double minScore, Pick pick, long seed) {
    /** Which events of a class are taken. */
    public enum Pick {
        /** Those with the highest scores; of equal scores the first in the list. */
        top,
        /** Some at random, each with the same probability. */
        random,
        /** One at random from each of as many strata, which hold equally many neighbours in the order of scores. */
        stratified
    }

    /** Chooses events, in the order of the list. Scores that are missing count as 0. */
    public List<Annotation> of(List<Annotation> events) {
        Map<String, List<Integer>> classes = new TreeMap<>();
        for (int i = 0; i < events.size(); i++) {
            if (!(events.get(i).score() < minScore)) {
                classes.computeIfAbsent(events.get(i).label(), _ -> new ArrayList<>())
                        .add(i);
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> chosen = new ArrayList<>();
        classes.values().forEach(own -> chosen.addAll(ofClass(own, events, random.split())));
        chosen.sort(null);
        return chosen.stream().map(events::get).toList();
    }

    private List<Integer> ofClass(List<Integer> own, List<Annotation> events, SplittableRandom random) {
        if (perClass == 0 || own.size() <= perClass) {
            return own;
        }
        List<Integer> ranked = new ArrayList<>(own);
        ranked.sort(Comparator.comparingDouble(i -> -score(events.get(i))));
        List<Integer> taken = new ArrayList<>();
        for (int k = 0; k < perClass; k++) {
            switch (pick) {
                case top -> taken.add(ranked.get(k));
                case random -> taken.add(ranked.remove(random.nextInt(ranked.size())));
                case stratified -> {
                    int from = (int) ((long) k * own.size() / perClass);
                    int to = (int) ((k + 1L) * own.size() / perClass);
                    taken.add(ranked.get(random.nextInt(from, to)));
                }
            }
        }
        return taken;
    }

    private static double score(Annotation event) {
        return Double.isNaN(event.score()) ? 0 : event.score();
    }
}
