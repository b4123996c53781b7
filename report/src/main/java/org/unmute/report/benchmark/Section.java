package org.unmute.report.benchmark;

import java.util.List;

/**
 * A section of the report, listed in its table of contents.
 *
 * @param id     unique: letters, digits, hyphens
 * @param title  plain text
 * @param blocks the content
 */
public record Section(String id, String title, List<Block> blocks) {
    /** Copies the list. */
    public Section {
        blocks = List.copyOf(blocks);
    }
}
