package org.unmute.report.benchmark;

import java.util.List;

/**
 * A part of the report, with an entry in its contents.
 *
 * @param id     unique: letters, digits, hyphens
 * @param title  plain text
 * @param blocks what it holds
 */
public record Section(String id, String title, List<Block> blocks) {
    /** Copies the list. */
    public Section {
        blocks = List.copyOf(blocks);
    }
}
