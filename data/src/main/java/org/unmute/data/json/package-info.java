/** Strict reading of small JSON files, for this module only. */
package org.unmute.data.json;
