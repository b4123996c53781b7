package org.unmute.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.unmute.experiments.data.Manifest;
import org.unmute.experiments.data.UsedClips;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Writes the list of clips that a run used. */
public final class ClipRecord {
    private ClipRecord() {}

    /**
     * Writes the clips of a manifest with their hashes from the cache.
     *
     * @param err receives a warning if a label contains ';', the separator of the file, in which case nothing is
     *     written; null for none
     */
    public static void write(Path file, Manifest used, TokenCache cache, PrintWriter err) throws IOException {
        if (used.labels().names().stream().anyMatch(l -> l.contains(";"))) {
            if (err != null) {
                err.println(file + " is not written: a label contains ';', which is what it has between labels");
                err.flush();
            }
            return;
        }
        Map<String, String> hashes = new HashMap<>();
        for (CachedClip clip : cache.clips()) {
            hashes.put(clip.id(), clip.audioSha256());
        }
        UsedClips.write(file, used.clips(), hashes);
    }
}
