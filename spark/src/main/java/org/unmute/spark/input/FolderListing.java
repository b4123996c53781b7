package org.unmute.spark.input;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.unmute.audio.AudioFormats;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.files.InputException;
import org.unmute.probes.cache.AudioClip;
import org.unmute.spark.plan.PlannedClip;

/**
 * The sound files in a folder and its subfolders, by the rules of {@link ClipList}: names with a leading dot are
 * skipped, names with a leading underscore are not, and order and ids are the same. On the local file system, symbolic
 * links are followed as in {@link ClipList}.
 *
 * @param clips whole files, of unknown length, with their stamps, sorted by id
 * @param remarks files in the folder that are not read, one line for each kind
 */
record FolderListing(List<PlannedClip> clips, List<String> remarks) {
    /**
     * Lists a folder.
     *
     * @param folder the folder, with its scheme
     * @throws InputException if it contains no sound files
     * @throws IOException if it cannot be listed
     */
    static FolderListing of(HadoopFiles files, Path folder) throws IOException {
        FolderListing listing =
                files.system(folder) instanceof RawLocalFileSystem ? local(files, folder) : remote(files, folder);
        if (listing.clips.isEmpty()) {
            throw new InputException("no audio in " + folder + ": looked for "
                    + String.join(", ", new TreeSet<>(ClipList.AUDIO_EXTENSIONS))
                    + String.join(
                            "", listing.remarks.stream().map(r -> "; " + r).toList()));
        }
        return listing;
    }

    private static FolderListing local(HadoopFiles files, Path folder) throws IOException {
        // The real path: Hadoop resolves ".." textually, even after a link.
        ClipList list = ClipList.of(new File(folder.toUri().getPath()).toPath().toRealPath(), null);
        List<PlannedClip> clips = list.clips().parallelStream()
                .map(clip -> whole(clip.id(), localUri(clip), stamp(files, localUri(clip))))
                .toList();
        return new FolderListing(clips, list.others().lines());
    }

    private static String localUri(AudioClip clip) {
        return "file:" + clip.path().toAbsolutePath().toString().replace(File.separatorChar, '/');
    }

    /** Stamp of a file; null if the file has disappeared, which is reported when it is read. */
    private static String stamp(HadoopFiles files, String uri) {
        try {
            return HadoopFiles.stamp(files.status(uri));
        } catch (IOException e) {
            return null;
        }
    }

    static FolderListing remote(HadoopFiles files, Path folder) throws IOException {
        RecordingRoot root = new RecordingRoot(files, folder.toString());
        List<PlannedClip> clips = new ArrayList<>();
        Others others = new Others();
        try {
            // A single recursive listing: an object store returns a thousand names for each request.
            RemoteIterator<LocatedFileStatus> all = files.system(folder).listFiles(folder, true);
            while (all.hasNext()) {
                LocatedFileStatus file = all.next();
                String uri = file.getPath().toString();
                String below = root.below(uri);
                if (below == null) {
                    throw new IOException("its listing names " + uri + ", which is not below it");
                }
                if (others.isRead(below)) {
                    clips.add(whole(ClipId.of(below), uri, HadoopFiles.stamp(file)));
                }
            }
        } catch (IOException e) {
            throw new IOException("cannot search " + folder + ": " + e.getMessage(), e);
        }
        clips.sort(Comparator.comparing(PlannedClip::clip));
        return new FolderListing(clips, others.lines());
    }

    private static PlannedClip whole(String id, String uri, String stamp) {
        return new PlannedClip(id, id, uri, 0, Double.POSITIVE_INFINITY, Double.NaN, null, null, stamp);
    }

    /** The extension of a name in lower case, without the dot; empty if there is none. */
    static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= name.lastIndexOf('/') ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Counts the files that are not read. */
    private static final class Others {
        private final Map<String, Integer> unread = new TreeMap<>();
        private int hidden;

        /** Whether a path below the folder is a recording to read; if not, counts it. */
        boolean isRead(String below) {
            String extension = extension(below);
            boolean audio = ClipList.AUDIO_EXTENSIONS.contains(extension);
            boolean known = AudioFormats.unread().containsKey(extension);
            if (below.startsWith(".") || below.contains("/.")) {
                hidden += audio || known ? 1 : 0;
                return false;
            }
            if (known) {
                unread.merge(extension, 1, Integer::sum);
            }
            return audio;
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            unread.forEach((extension, count) -> lines.add(count + " ." + extension
                    + (count == 1 ? " file is" : " files are") + " left out, "
                    + AudioFormats.unread().get(extension) + " is not read: convert "
                    + (count == 1 ? "it" : "them") + " to FLAC"));
            if (hidden > 0) {
                lines.add(hidden + (hidden == 1 ? " sound file" : " sound files")
                        + " whose name or folder begins with a dot left out");
            }
            return lines;
        }
    }
}
