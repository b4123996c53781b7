package org.unmute.cli.audio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.files.Sha256;

/** Facts about recording files that do not need their samples. */
public final class RecordingFiles {
    private RecordingFiles() {}

    /**
     * Identifies recordings with the same bytes. Only files that share their size with another are read; a file that
     * cannot be read counts as unique.
     *
     * @param files by id
     * @return for each id, the first id whose file has the same bytes
     */
    public static Map<String, String> sounds(Map<String, Path> files) {
        Map<Long, List<String>> bySize = new HashMap<>();
        Map<String, String> sounds = new TreeMap<>();
        new TreeMap<>(files).forEach((id, file) -> {
            sounds.put(id, id);
            try {
                bySize.computeIfAbsent(Files.size(file), s -> new ArrayList<>()).add(id);
            } catch (IOException e) {
                // Reported when the file is read.
            }
        });
        for (List<String> ids : bySize.values()) {
            Map<String, String> byHash = new HashMap<>();
            for (String id : ids.size() > 1 ? ids : List.<String>of()) {
                try {
                    sounds.put(id, byHash.computeIfAbsent(Sha256.of(files.get(id)), h -> id));
                } catch (IOException e) {
                    // Reported when the file is read.
                }
            }
        }
        return sounds;
    }
}
