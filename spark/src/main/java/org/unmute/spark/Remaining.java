package org.unmute.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.spark.input.AudioInput;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.layout.JobFolder;
import org.unmute.spark.layout.KnownClips;
import org.unmute.spark.plan.PlannedClip;

/**
 * The clips that a job still has to process: those that are not in its folder, could not be used before, or whose audio
 * has changed.
 *
 * @param clips the clips, in their order
 * @param present number of clips whose results are in the folder
 * @param again how many of {@code clips} already have a row in the index, to be replaced by a new one
 * @param gone number of clips whose results are in the folder but whose files no longer exist; included in {@code
 *     present}
 * @param noted number of clips whose results stay but whose labels or split have changed
 */
record Remaining(List<PlannedClip> clips, int present, int again, int gone, int noted) {
    /**
     * Compares clips with the index of a folder: by stamp, or by digest if stamps differ. Rows that stay are updated
     * with the stamps, labels and splits of the plan.
     *
     * @param verify whether to compare all clips by digest
     */
    static Remaining of(JavaSparkContext spark, List<PlannedClip> clips, JobFolder folder, boolean verify)
            throws IOException {
        KnownClips known = folder.known();
        KnownClips.Standing[] standing = new KnownClips.Standing[clips.size()];
        List<PlannedClip> doubtful = new ArrayList<>();
        for (int i = 0; i < standing.length; i++) {
            PlannedClip clip = clips.get(i);
            standing[i] = known.of(clip);
            if (isDoubtful(clip, standing[i], verify)) {
                doubtful.add(clip);
            }
        }
        Map<String, String> digests = digests(spark, doubtful);
        List<PlannedClip> todo = new ArrayList<>();
        List<PlannedClip> revised = new ArrayList<>();
        int noted = 0;
        int again = 0;
        int gone = 0;
        for (int i = 0; i < standing.length; i++) {
            PlannedClip clip = clips.get(i);
            boolean done = standing[i] == KnownClips.Standing.DONE || standing[i] == KnownClips.Standing.TOUCHED;
            if (done && isGone(clip)) {
                gone++;
                continue;
            }
            if (isDoubtful(clip, standing[i], verify)) {
                done = known.hasAudio(clip, digests.get(clip.uri()));
            }
            if (!done) {
                todo.add(clip);
                again += standing[i] == KnownClips.Standing.NEW ? 0 : 1;
            } else if (!known.hasNotes(clip)) {
                noted++;
                revised.add(clip);
            } else if (standing[i] == KnownClips.Standing.TOUCHED) {
                revised.add(clip);
            }
        }
        folder.revise(revised);
        return new Remaining(todo, clips.size() - todo.size(), again, gone, noted);
    }

    private static boolean isGone(PlannedClip clip) {
        return AudioInput.ABSENT.equals(clip.stamp());
    }

    private static boolean isDoubtful(PlannedClip clip, KnownClips.Standing standing, boolean verify) {
        return !isGone(clip)
                && (standing == KnownClips.Standing.TOUCHED || verify && standing == KnownClips.Standing.DONE);
    }

    private static Map<String, String> digests(JavaSparkContext spark, List<PlannedClip> clips) {
        Set<String> files = clips.stream().map(PlannedClip::uri).collect(Collectors.toSet());
        return files.isEmpty() ? Map.of() : FileDigests.of(spark, files);
    }
}
