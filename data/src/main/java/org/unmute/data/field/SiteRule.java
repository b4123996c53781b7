package org.unmute.data.field;

import org.unmute.audio.place.FileNameTime;
import org.unmute.audio.place.RecorderNotes;

/** What tells the site of a recording. */
public enum SiteRule {
    /** The first folder; of recordings that lie in none, the recorder's prefix, else what their names begin with. */
    AUTO {
        @Override
        String site(String file, FileNameTime name, RecorderNotes notes) {
            String folder = FOLDER.site(file, name, notes);
            String prefix = folder.isEmpty() ? notes.site() : folder;
            return prefix.isEmpty() ? name.prefix() : prefix;
        }
    },
    /** The first folder below that of the recordings. */
    FOLDER {
        @Override
        String site(String file, FileNameTime name, RecorderNotes notes) {
            int end = file.indexOf('/');
            return end < 0 ? "" : file.substring(0, end);
        }
    },
    /** The folder that holds the recording, with those above it. */
    PARENT {
        @Override
        String site(String file, FileNameTime name, RecorderNotes notes) {
            int end = file.lastIndexOf('/');
            return end < 0 ? "" : file.substring(0, end);
        }
    },
    /** What the file's name has before the time. */
    NAME {
        @Override
        String site(String file, FileNameTime name, RecorderNotes notes) {
            return name.prefix();
        }
    },
    /** The prefix that a Song Meter wrote into the file. */
    CHUNK {
        @Override
        String site(String file, FileNameTime name, RecorderNotes notes) {
            return notes.site();
        }
    };

    /**
     * The site; empty if it is not told.
     *
     * @param file path below the folder of the recordings, with '/'
     */
    abstract String site(String file, FileNameTime name, RecorderNotes notes);
}
