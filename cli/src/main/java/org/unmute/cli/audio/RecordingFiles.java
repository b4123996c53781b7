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

/** Facts about files of recordings, of which no samples are kept. */
public final class RecordingFiles {
    private RecordingFiles() {}

    /**
     * Names of the sound of files, equal for files with the same bytes. Only files of the same size are read; a file
     * that cannot be is a sound of its own.
     *
     * @param files by id
     * @return id of the first file with the same bytes, by id
     */
    public static Map<String, String> sounds(Map<String, Path> files) {
        Map<Long, List<String>> bySize = new HashMap<>();
        Map<String, String> sounds = new TreeMap<>();
        new TreeMap<>(files).forEach((id, file) -> {
            sounds.put(id, id);
            try {
                bySize.computeIfAbsent(Files.size(file), s -> new ArrayList<>()).add(id);
            } catch (IOException e) {
                // Reported when it is read.
            }
        });
        for (List<String> ids : bySize.values()) {
            Map<String, String> byHash = new HashMap<>();
            for (String id : ids.size() > 1 ? ids : List.<String>of()) {
                try {
                    sounds.put(id, byHash.computeIfAbsent(Sha256.of(files.get(id)), h -> id));
                } catch (IOException e) {
                    // Reported when it is read.
                }
            }
        }
        return sounds;
    }
}
