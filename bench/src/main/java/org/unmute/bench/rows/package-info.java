/** The rows of the table: operations, steps and programs that are measured, their cases, and how outputs compare. */
package org.unmute.bench.rows;
