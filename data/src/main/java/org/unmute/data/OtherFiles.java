package org.unmute.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.audio.AudioFormats;

/**
 * The files of a folder other than the recordings to read.
 *
 * @param unread   sound files of unsupported formats, by extension
 * @param hidden   sound files whose name, or whose folder's name, begins with a dot, such as those that macOS creates
 *     beside files on foreign file systems
 * @param notSound files that are not sound, judging by their names
 * @param links    symbolic links that are not followed, that lead nowhere, or that lead out of the folder
 */
public record OtherFiles(List<Unread> unread, int hidden, int notSound, FolderWalk.Links links) {
    /** No other files. */
    public static final OtherFiles NONE = new OtherFiles(List.of(), 0, 0, FolderWalk.Links.NONE);

    /**
     * Sound files of an unsupported format.
     *
     * @param extension of their names, in lower case, without the dot
     * @param format    name of the format
     * @param files     how many there are
     * @param convert   the command that converts the first of them by name
     */
    public record Unread(String extension, String format, int files, String convert) {}

    /** Copies the list. */
    public OtherFiles {
        unread = List.copyOf(unread);
    }

    /** Whether there are no other files. */
    public boolean none() {
        return equals(NONE);
    }

    /**
     * A line for each unsupported format, with the number of files and how to convert them, and one for each kind of
     * link.
     */
    public List<String> lines() {
        return Stream.concat(
                        unread.stream()
                                .map(u ->
                                        u.files() + " ." + u.extension() + (u.files() == 1 ? " file is" : " files are")
                                                + " left out, " + u.format() + " is not read: convert "
                                                + (u.files() == 1 ? "it: " : "each like this: ") + u.convert()),
                        links.lines().stream())
                .toList();
    }

    /** Counts files one by one. */
    static final class Counter {
        private record First(String file, int count) {
            First and(First other) {
                return new First(file.compareTo(other.file) <= 0 ? file : other.file, count + other.count);
            }
        }

        private final Map<String, First> unread = new TreeMap<>();
        private int hidden;
        private int notSound;

        /**
         * Counts a file that is not listed.
         *
         * @param extension in lower case, without the dot
         * @param isHidden  whether a part of its path below the folder begins with a dot
         * @param isAudio   whether files with this extension are read
         */
        void add(Path file, String extension, boolean isHidden, boolean isAudio) {
            boolean known = AudioFormats.unread().containsKey(extension);
            if (isHidden) {
                hidden += isAudio || known ? 1 : 0;
            } else if (known) {
                unread.merge(extension, new First(file.toString(), 1), First::and);
            } else {
                notSound++;
            }
        }

        OtherFiles counted(FolderWalk.Links links) {
            List<Unread> all = new ArrayList<>();
            unread.forEach((extension, first) -> all.add(new Unread(
                    extension,
                    AudioFormats.unread().get(extension),
                    first.count(),
                    AudioFormats.conversion(first.file()))));
            return new OtherFiles(all, hidden, notSound, links);
        }
    }
}
