/** {@code unmute bench}: times engines interleaved, and writes results, goals and the table. */
package org.unmute.bench.table;
