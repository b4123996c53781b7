package org.unmute.experiments.annotation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.unmute.experiments.data.LabelledClip;
import org.unmute.experiments.data.Manifest;

/**
 * What is likely to be wrong with labels, found before a training: clips without a label, classes without a clip in a
 * split, sound that lies in two splits.
 *
 * @param clips     clips of each split, in the order of the splits
 * @param unlabelled clips without a label
 * @param missing   for each split the classes of which it has no clip, where another split has one
 * @param shared    groups of clips with the same sound that lie in several splits
 */
public record LabelAudit(
        Map<String, Integer> clips,
        List<LabelledClip> unlabelled,
        Map<String, List<String>> missing,
        List<List<LabelledClip>> shared) {
    /**
     * Audits a manifest.
     *
     * @param sound names the sound of a clip, equal for equal sound: a digest of the recording, or its file name
     */
    public static LabelAudit of(Manifest manifest, Function<LabelledClip, String> sound) {
        Map<String, Integer> clips = new LinkedHashMap<>();
        Map<String, Set<String>> seen = new LinkedHashMap<>();
        Map<String, List<LabelledClip>> bySound = new TreeMap<>();
        List<LabelledClip> unlabelled = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>();
        for (LabelledClip clip : manifest.clips()) {
            clips.merge(clip.split(), 1, Integer::sum);
            seen.computeIfAbsent(clip.split(), s -> new LinkedHashSet<>()).addAll(clip.labels());
            used.addAll(clip.labels());
            bySound.computeIfAbsent(sound.apply(clip), s -> new ArrayList<>()).add(clip);
            if (clip.labels().isEmpty()) {
                unlabelled.add(clip);
            }
        }
        Map<String, List<String>> missing = new LinkedHashMap<>();
        seen.forEach((split, labels) -> {
            List<String> none = manifest.labels().names().stream()
                    .filter(label -> used.contains(label) && !labels.contains(label))
                    .toList();
            if (!none.isEmpty()) {
                missing.put(split, none);
            }
        });
        List<List<LabelledClip>> shared = bySound.values().stream()
                .filter(group ->
                        group.stream().map(LabelledClip::split).distinct().count() > 1)
                .map(List::copyOf)
                .toList();
        return new LabelAudit(clips, List.copyOf(unlabelled), missing, shared);
    }

    /** Whether nothing is wrong. */
    public boolean isClean() {
        return unlabelled.isEmpty() && missing.isEmpty() && shared.isEmpty();
    }
}
