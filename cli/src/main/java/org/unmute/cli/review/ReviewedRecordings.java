package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.unmute.data.ClipList;
import org.unmute.data.RecordingNames;
import org.unmute.events.review.ListedEvents.Recording;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/** Finds the files of recordings that a list of events names, below one folder. */
final class ReviewedRecordings {
    private final Path root;
    private final Map<String, Recording> listed;
    /** The files that were compared with the list. */
    private final Map<String, Path> checked = new ConcurrentHashMap<>();
    /** All recordings of the folder by name; null until a name is no path of one. */
    private Map<String, Path> found;

    private RecordingNames names;

    /**
     * @param root   the folder of the recordings, or a single one
     * @param listed the recordings by name
     */
    ReviewedRecordings(Path root, Map<String, Recording> listed) {
        this.root = root;
        this.listed = listed;
    }

    /**
     * The file of a recording, which has the same bytes as when its events were found if the list tells.
     *
     * @throws InputException if it is missing or was changed, or its name leads out of the folder
     * @throws IOException if it cannot be read
     */
    Path find(String name) throws IOException {
        Path known = checked.get(name);
        if (known != null && RegularFile.isFile(known)) {
            return known;
        }
        Path file = place(name);
        Recording recording = listed.get(name);
        String sha256 = recording == null ? "" : recording.sha256();
        if (!sha256.isEmpty() && !Sha256.of(file).equals(sha256)) {
            throw new InputException("it was changed after its events were found");
        }
        checked.put(name, file);
        return file;
    }

    private Path place(String name) throws IOException {
        Path file;
        try {
            file = RegularFile.isFile(root) && root.getFileName().toString().equals(name) ? root : root.resolve(name);
        } catch (InvalidPathException e) {
            throw new InputException("its name is no name of a file here", e);
        }
        if (!file.toAbsolutePath().normalize().startsWith(root.toAbsolutePath().normalize())) {
            throw new InputException("its name leads out of " + root);
        }
        return RegularFile.isFile(file) ? file : alike(name);
    }

    /** The only recording of the folder that a name may mean, as tables often omit the extension. */
    private synchronized Path alike(String name) throws IOException {
        if (found == null) {
            Map<String, Path> all = new LinkedHashMap<>();
            ClipList.of(root, null).clips().forEach(clip -> all.put(clip.id(), clip.path()));
            names = new RecordingNames(all.keySet());
            found = all; // last, so that a search that fails is tried again
        }
        try {
            return names.find(name).map(found::get).orElseThrow(() -> new InputException("it is not in " + root));
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
